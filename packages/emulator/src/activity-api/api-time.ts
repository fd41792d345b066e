const FORMS = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2})?)?$/;

/** The three forms that the reference names, all UTC; undefined for any other. */
export function timeOf(text: string): number | undefined {
  if (!FORMS.test(text)) return undefined;
  const [date = '', clock = '00:00'] = text.split('T');
  const whole = `${date}T${clock.length === 5 ? `${clock}:00` : clock}`;
  const ms = Date.parse(`${whole}.000Z`);
  // 31 February is read as 3 March by some; here it is no time at all.
  return Number.isNaN(ms) || textOf(ms) !== whole ? undefined : ms;
}

/** As it stands in a page link. */
export function textOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19);
}
