/** With fewer characters of it an id is not named, but guessed. */
const PART_MIN = 4;

/** What a table leaves out of the middle of an id. */
const CUT = /…|\.{2,3}/u;

/** Whether a text is an id without its middle, as tables print it. */
export function isCutId(text: string): boolean {
  return CUT.test(text);
}

/** The beginning and the end of an id that are given; the end is empty where it is not cut. */
export function idParts(text: string): { readonly head: string; readonly tail: string } {
  const [head = '', tail = ''] = text.trim().toLowerCase().split(CUT, 2);
  return { head, tail };
}

/**
 * The ids that a text names: the whole id, its beginning, or both ends of it (`7bef14…36cc`). One
 * that is named whole is meant, whatever others begin so.
 */
export function idsNamed(text: string, ids: Iterable<string>): string[] {
  const given = text.trim();
  const all = [...new Set(ids)];
  const isSame = (id: string): boolean => id.toLowerCase() === given.toLowerCase();
  const whole = all.includes(given) ? [given] : all.filter(isSame);
  if (whole.length > 0) return whole;
  const { head, tail } = idParts(given);
  const length = head.length + tail.length;
  if (length < PART_MIN) return [];
  return all.filter((id) => {
    const lower = id.toLowerCase();
    return lower.length >= length && lower.startsWith(head) && lower.endsWith(tail);
  });
}
