/** An entry that a command would append, with what it says. */
export type PlannedEntry = { readonly kind: string; readonly says: unknown };

/**
 * Thrown at the first line that would change anything: every command that cannot be undone says an
 * entry first and carries it out then, so all checks are behind it and nothing has happened yet.
 */
export class Rehearsal extends Error {
  override readonly name = 'Rehearsal';
  readonly entries: readonly PlannedEntry[];

  constructor(entries: readonly PlannedEntry[]) {
    super('a dry run ends here');
    this.entries = entries;
  }
}
