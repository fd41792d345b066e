import { OWN_TENANT, type RecordDraft } from '@countersign/core';
import type { LedgerWriter } from '../../projection/ledger-writer.ts';
import { type PlannedEntry, Rehearsal } from '../../projection/rehearsal.ts';

/** Methods of a ledger that change it; all others only read, or write what is already durable. */
const CHANGES: ReadonlySet<PropertyKey> = new Set([
  ...['sequence', 'commit', 'rewriteWithout', 'signWith', 'witness'],
]);

/** The entries that a command would append; none if it would change nothing. */
export async function rehearse<Writer extends LedgerWriter>(
  writer: Writer,
  command: (writer: Writer) => Promise<unknown>,
): Promise<readonly PlannedEntry[]> {
  const append: Append = (drafts) => Promise.reject(new Rehearsal(drafts.map(plannedOf)));
  const ledger = stopped(writer.ledger, append);
  const decisionLog = stopped(writer.decisionLog, append);
  try {
    await command({ ...writer, ledger, decisionLog: decisionLog });
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
      // A method of a class with private members works only on its own object.
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
