import { availableParallelism } from 'node:os';
import { relative } from 'node:path';
import type { FsckReport, Problem } from '@countersign/ledger';
import { z } from 'zod';
import { NO, YES } from '../definition/conclusion.ts';
import { field } from '../definition/fields.ts';
import { type DocumentOperation, documentResult } from '../definition/operation.ts';

export type FsckOutput = {
  readonly ok: boolean;
  readonly size: number;
  readonly problems: readonly Problem[];
};

/** With more threads, the disk is the limit. */
const THREADS_MAX = 8;

export const checkLedger: DocumentOperation<{ readonly key?: string | undefined }, FsckOutput> = {
  name: 'ledger fsck',
  summary: 'verify every file: bodies, tiles, checkpoints, unexpected files',
  description:
    'Reads each file of the log and its archive, checks it against the tree and the key, and ' +
    'reports the first wrong byte. Changes nothing. Exits 1 if it finds a problem.',
  scope: 'ledger:check',
  effect: 'read',
  kind: 'document',
  runsIn: 'caller',
  input: z.strictObject({
    key: field(z.string().optional(), 'the key of the log, from a source outside the data folder', {
      value: 'vkey',
    }),
  }),
  output: z.strictObject({
    ok: z.boolean(),
    size: z.int(),
    problems: z.array(z.strictObject({ path: z.string(), at: z.int(), what: z.string() })),
  }),
  examples: [
    {
      summary: 'Has anything changed since it was written?',
      input: {},
      commandLine: 'ledger fsck',
      runsOn: 'sample',
    },
  ],
  async run({ dataDir, progress }, { key }) {
    const { fsck } = await import('@countersign/ledger');
    const { ok, size, problems } = await orCorrupt(dataDir, () =>
      fsck({
        dir: dataDir,
        threads: Math.min(THREADS_MAX, availableParallelism()),
        vkey: key,
        onProgress: (records, recordsTotal) => progress({ records, recordsTotal }),
      }),
    );
    return documentResult({ ok, size, problems }, ok ? YES : NO);
  },
};

/** A folder without a readable manifest cannot be checked, and that is its problem. */
async function orCorrupt(dir: string, check: () => Promise<FsckReport>): Promise<FsckReport> {
  const { LedgerError } = await import('@countersign/ledger');
  try {
    return await check();
  } catch (error) {
    if (!(error instanceof LedgerError) || error.code !== 'FOLDER_CORRUPT') throw error;
    const { path } = error.data;
    const where = typeof path === 'string' ? relative(dir, path) : '.';
    return { ok: false, size: 0, problems: [{ path: where, at: 0, what: error.message }] };
  }
}
