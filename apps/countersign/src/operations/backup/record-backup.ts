import { z } from 'zod';
import type { LedgerOperation } from '../definition/operation.ts';
import { appendAct } from '../people/append-act.ts';

type BackupRecord = {
  readonly size: number;
  /** Base64. */
  readonly root: string;
  readonly keys: 'included' | 'omitted';
  readonly removed: number;
};

/** A copy of the ledger leaves the machine, perhaps with its keys, so the ledger says so. */
export const recordBackup: LedgerOperation<BackupRecord, { readonly entry: number }> = {
  name: 'backup record',
  summary: 'record in the ledger that it was backed up',
  description: 'The last step of a backup.',
  isStep: true,
  scope: 'ledger:administer',
  effect: 'write',
  kind: 'document',
  runsIn: 'ledger',
  ledger: 'needs',
  repetition: 'once',
  where: 'anywhere',
  input: z.strictObject({
    size: z.int().min(0),
    root: z.base64(),
    keys: z.enum(['included', 'omitted']),
    removed: z.int().min(0),
  }),
  output: z.strictObject({ entry: z.int() }),
  examples: [],
  async run(writer, record, by) {
    return appendAct(writer, by, { act: 'backup', ...record });
  },
};
