/** An entry that a command would append, with its content. */
export type PlannedEntry = { readonly kind: string; readonly says: unknown };

/**
 * Thrown at the first call that would change anything. Irreversible commands append an entry before
 * they act, so all checks have passed by then and nothing has changed.
 */
export class Rehearsal extends Error {
  override readonly name = 'Rehearsal';
  readonly entries: readonly PlannedEntry[];

  constructor(entries: readonly PlannedEntry[]) {
    super('a dry run ends here');
    this.entries = entries;
  }
}
