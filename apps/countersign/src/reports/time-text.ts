const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/** `9 Mar 21:06`, UTC; `9 Mar 2026 21:06` if the context does not give the year. */
export function shortTimeText(ms: number, year: 'with year' | 'without year'): string {
  const at = new Date(ms);
  const day = `${at.getUTCDate()} ${MONTHS[at.getUTCMonth()]}`;
  const minute = at.toISOString().slice(11, 16);
  return `${day}${year === 'with year' ? ` ${at.getUTCFullYear()}` : ''} ${minute}`;
}

/** `9 Mar 2026 21:02 – 11 Mar 09:10`, UTC. Shared parts are printed once. */
export function periodText(fromMs: number, toMs: number): string {
  const from = shortTimeText(fromMs, 'with year');
  const isSame = (digits: number): boolean =>
    new Date(fromMs).toISOString().slice(0, digits) ===
    new Date(toMs).toISOString().slice(0, digits);
  if (isSame('2026-03-09T21:02'.length)) return from;
  if (isSame('2026-03-09'.length))
    return `${from} – ${shortTimeText(toMs, 'without year').slice(-5)}`;
  return `${from} – ${shortTimeText(toMs, isSame(4) ? 'without year' : 'with year')}`;
}

const INSTANT = /\b(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z)/g;
const PERIOD = new RegExp(`\\bfrom ${INSTANT.source} to ${INSTANT.source}`, 'g');

/** With the instants and periods in a text as people read them: `9 Mar 2026 21:06 UTC`. */
export function withReadableTimes(text: string): string {
  return text
    .replaceAll(PERIOD, (_, from: string, to: string) => {
      return `${periodText(Date.parse(from), Date.parse(to))} UTC`;
    })
    .replaceAll(INSTANT, (instant) => {
      return `${shortTimeText(Date.parse(instant), 'with year')} UTC`;
    });
}
