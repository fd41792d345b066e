/**
 * What a person reads to the help desk: the last twelve digits of a decision's id, which are
 * random, in groups. Two of many millions may share one; then both are found, and their times
 * differ.
 */
export function referenceOf(decisionId: string): string {
  return decisionId.slice(-12).replace(/(.{4})(?=.)/g, '$1-');
}

/** The digits of a reference, however it was typed; undefined for what is none. */
export function referenceDigits(typed: string): string | undefined {
  const digits = typed.trim().toLowerCase().replace(/[\s-]/g, '');
  return /^[0-9a-f]{12}$/.test(digits) ? digits : undefined;
}
