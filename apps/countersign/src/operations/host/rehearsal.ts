import { OWN_TENANT, type RecordDraft } from '@countersign/core';
import type { LedgerWriter } from './open-writer.ts';

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

/** Methods of a ledger that change it; all others only read, or write down what is durable. */
const CHANGES: ReadonlySet<PropertyKey> = new Set([
  ...['sequence', 'commit', 'rewriteWithout', 'signWith', 'witness'],
]);

/** The entries that one command would append; none if it would change nothing. */
export async function rehearse(
  writer: LedgerWriter,
  command: (writer: LedgerWriter) => Promise<unknown>,
): Promise<readonly PlannedEntry[]> {
  const append: Append = (drafts) => Promise.reject(new Rehearsal(drafts.map(plannedOf)));
  const ledger = stopped(writer.ledger, append);
  const decisionLog = stopped(writer.accountant, append);
  try {
    await command({ ...writer, ledger, accountant: decisionLog });
  } catch (error) {
    if (error instanceof Rehearsal) return error.entries;
    throw error;
  }
  return [];
}

type Append = (drafts: readonly RecordDraft[]) => Promise<never>;

function stopped<T extends object>(owner: T, append: Append): T {
  return new Proxy(owner, {
    get(target, name) {
      if (name === 'append') return append;
      if (CHANGES.has(name)) return () => append([]);
      const value: unknown = Reflect.get(target, name, target);
      // A method of a class with private members works on no other object.
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

function plannedOf({ kind, tenant, body }: RecordDraft): PlannedEntry {
  const text = Buffer.from(body).toString('utf8');
  try {
    return { kind, says: tenant === OWN_TENANT ? (JSON.parse(text) as unknown) : text };
  } catch {
    return { kind, says: text };
  }
}
