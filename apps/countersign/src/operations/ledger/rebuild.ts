import { z } from 'zod';
import type { LedgerOperation } from '../definition/operation.ts';
import type { HostWriter } from '../host/open-writer.ts';

/** The result of a rebuild. */
export type Rebuilt = {
  /** Entries of the ledger behind the derived state. */
  readonly entries: number;
  /** Problems that change no answer. */
  readonly warnings: readonly string[];
};

/** Opening the ledger rebuilds the store; the operation itself finishes it. */
export const rebuildStore: LedgerOperation<object, Rebuilt> = {
  name: 'rebuild',
  summary: 'rebuild all derived state from the ledger',
  description: 'Deletes all derived state and builds it again. Appends nothing.',
  scope: 'ledger:administer',
  effect: 'write',
  kind: 'document',
  runsIn: 'ledger',
  ledger: 'needs',
  repetition: 'repeatable',
  where: 'alone',
  input: z.strictObject({}),
  output: z.strictObject({ entries: z.int(), warnings: z.array(z.string()) }),
  examples: [
    {
      summary: 'Rebuild after a restore of the ledger alone',
      input: {},
      commandLine: 'rebuild',
      runsOn: 'sample',
    },
  ],
  run: finishRebuild,
  notices: ({ warnings }) => warnings,
};

/** The steps after the writer was opened with a new store. */
export async function finishRebuild(writer: HostWriter): Promise<Rebuilt> {
  const { checkSignIns } = await import('../../reconcile/checks/check-stage.ts');
  const { compactStore } = await import('../../projection/compact-store.ts');
  await checkSignIns(writer);
  const failure = await compactStore(writer);
  return { entries: writer.store.cursor, warnings: failure === undefined ? [] : [failure] };
}
