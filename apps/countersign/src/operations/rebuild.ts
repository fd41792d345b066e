import { compactStore } from '../projection/compact-store.ts';
import type { LedgerWriter } from '../projection/ledger-writer.ts';
import { checkSignIns } from '../reconcile/checks/check-stage.ts';
import type { Command } from './forwarding/command.ts';

/** What was made again. */
export type Rebuilt = {
  /** Entries of the ledger that the derived state stands on. */
  readonly entries: number;
  /** What did not go well, and changes no answer. */
  readonly warnings: readonly string[];
};

export function rebuildWork(who: string): Command {
  return { command: 'rebuild', args: [], tenant: null, who, options: {} };
}

/** The opening for a rebuild has made the books; here they are laid out. */
export async function performRebuild(writer: LedgerWriter): Promise<Rebuilt> {
  await checkSignIns(writer);
  const failure = await compactStore(writer);
  return { entries: writer.store.cursor, warnings: failure === undefined ? [] : [failure] };
}
