/**
 * The reference that a person reads to the help desk: the last twelve, random digits of the
 * decision's id, in groups. Among many millions, two may collide; then both are found, and their
 * times differ.
 */
export function referenceOf(decisionId: string): string {
  return decisionId.slice(-12).replace(/(.{4})(?=.)/g, '$1-');
}

/** The digits of a typed reference; undefined if it is not one. */
export function referenceDigits(typed: string): string | undefined {
  const digits = typed.trim().toLowerCase().replace(/[\s-]/g, '');
  return /^[0-9a-f]{12}$/.test(digits) ? digits : undefined;
}
