/** The shortest accepted part. A shorter part would be a guess. */
const PART_MIN = 4;

/** The mark that a table prints for the middle of an id. */
const CUT = /…|\.{2,3}/u;

/** Returns true if a text is an id without its middle, as tables print it. */
export function isCutId(text: string): boolean {
  return CUT.test(text);
}

/**
 * Splits the given text into the start and the end of an id. The end is empty if the id is not cut.
 */
export function idParts(text: string): { readonly head: string; readonly tail: string } {
  const [head = '', tail = ''] = text.trim().toLowerCase().split(CUT, 2);
  return { head, tail };
}

/**
 * The ids that a text can mean: by the whole id, its start, or both ends (`7bef14…36cc`). A whole
 * id wins over longer ids that start with it.
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
