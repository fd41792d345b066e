import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { assert, plural } from '@countersign/core';
import type { Input } from '@countersign/m365';
import { z } from 'zod';
import type { ImportReport, RunOptions } from '../../ingest/import-run.ts';
import { type Conclusion, unknown, YES } from '../definition/conclusion.ts';
import { invalidInput, OperationError } from '../definition/errors.ts';
import { field } from '../definition/fields.ts';
import type { LedgerOperation } from '../definition/operation.ts';
import type { HandlerContext } from '../host/handler-context.ts';
import type { HostWriter } from '../host/open-writer.ts';
import { untilAborted } from './until-aborted.ts';

export type ImportInput = {
  /** Absolute; `-` is standard input. */
  readonly paths: readonly string[];
  /** The origin of the files, in the operator's words. */
  readonly origin?: string | undefined;
  readonly keepOriginal?: boolean | undefined;
  /** Another process's standard input, as a file. */
  readonly spool?: string | undefined;
};

/** The report; `interrupted` only if the import was. */
export type ImportOutput = Omit<ImportReport, 'interrupted'> & {
  readonly interrupted?: boolean | undefined;
};

const ORIGIN = field(z.string().optional(), 'the origin of the files, as far as you know it', {
  value: 'text',
});

const REPORT = z.strictObject({
  files: z.int(),
  read: z.int(),
  accepted: z.int(),
  duplicates: z.int(),
  rejected: z.int(),
  rejects: z.array(z.strictObject({ file: z.string(), at: z.string(), reason: z.string() })),
  entries: z.int(),
  checkpoint: z.strictObject({ origin: z.string().nullable(), size: z.int(), root: z.string() }),
  warnings: z.array(z.strictObject({ file: z.string(), text: z.string() })),
  failed: z.array(z.string()),
  witnesses: z.array(z.strictObject({ name: z.string(), because: z.string().optional() })),
  interrupted: z.boolean().optional(),
});

const DESCRIPTION =
  'Reads exports into the ledger: CSV, JSON, NDJSON, .gz, .zip and folders. It recognizes ' +
  'formats by content. A second import of the same records adds nothing. Unreadable input goes ' +
  'to the quarantine and is counted. With --quarantined, it retries that input: it imports what ' +
  'it can read now, and the rest stays.';

export const importRecords: LedgerOperation<ImportInput, ImportOutput> = {
  name: 'import',
  summary: 'read exports into the ledger',
  description: DESCRIPTION,
  scope: 'records:import',
  effect: 'write',
  kind: 'document',
  runsIn: 'ledger',
  ledger: 'makes',
  repetition: 'repeatable',
  where: 'anywhere',
  volume: 'bulk',
  input: z
    .strictObject({
      paths: field(z.array(z.string()), 'files, folders, or - for standard input', {
        value: 'path',
        isPath: true,
      }),
      origin: ORIGIN,
      keepOriginal: field(z.boolean().optional(), 'keep a copy of each file in the data folder'),
      spool: field(z.string().optional(), 'standard input of the caller', { isInternal: true }),
    })
    .refine(({ paths }) => paths.length > 0, {
      error: 'could not import: name files or folders, or - for standard input, or --quarantined',
    })
    .refine(({ paths }) => paths.filter((path) => path === '-').length <= 1, {
      error: 'could not import: standard input can be read only once. Give - once',
    }),
  output: REPORT,
  examples: [
    {
      summary: 'Read a folder of exports',
      input: { paths: ['/var/exports'] },
      commandLine: 'import /var/exports',
      needs: 'files',
    },
    {
      summary: 'Keep a copy of the file, and state its origin',
      input: { paths: ['/tmp/audit.csv'], origin: 'Purview, exported by Ada', keepOriginal: true },
      commandLine: 'import /tmp/audit.csv --origin "Purview, exported by Ada" --keep-original',
      needs: 'files',
    },
  ],
  async run(writer, input, by) {
    const { importPaths } = await import('../../ingest/import-run.ts');
    const { hooks, stdin } = by;
    const { paths, spool, origin, keepOriginal } = input;
    const standardInput = spool === undefined ? stdin : createReadStream(spool);
    const inputs = paths.map((path): Input => {
      if (path !== '-') return { kind: 'path', path };
      assert(standardInput !== undefined, 'standard input is put aside before it is handed over');
      return { kind: 'stream', bytes: untilAborted(standardInput, hooks.signal) };
    });
    const originals = keepOriginal === true ? 'keep' : 'leave';
    return outputOf(
      await importPaths(writer, { ...runOptions(writer, origin, by), inputs, originals }),
    );
  },
  conclude: importConclusion,
};

/** Reads the quarantine again. */
export const retryQuarantined: LedgerOperation<
  { readonly origin?: string | undefined },
  ImportOutput
> = {
  name: 'import quarantined',
  summary: 'retry quarantined input',
  description: DESCRIPTION,
  scope: 'records:import',
  effect: 'write',
  kind: 'document',
  runsIn: 'ledger',
  ledger: 'needs',
  repetition: 'repeatable',
  where: 'anywhere',
  volume: 'bulk',
  input: z.strictObject({ origin: ORIGIN }),
  output: REPORT,
  examples: [
    {
      summary: 'Retry after an update that reads more formats',
      input: {},
      commandLine: 'import --quarantined',
      runsOn: 'sample',
    },
  ],
  async run(writer, { origin }, by) {
    const quarantine = await import('../../ingest/retry-quarantine.ts');
    return outputOf(await quarantine.retryQuarantined(writer, runOptions(writer, origin, by)));
  },
  conclude: (report, context) =>
    report.read === 0 && report.interrupted !== true
      ? examinedConclusion(report.failed)
      : importConclusion(report, context),
};

/** The conclusion of an import: an empty export does not prove that nothing happened. */
function importConclusion(
  report: ImportOutput,
  { dataDir }: { readonly dataDir: string },
): Conclusion {
  const { files, read, rejected, checkpoint, failed, interrupted } = report;
  if (interrupted === true) {
    const text =
      'the import was interrupted; the records read so far are in the ledger. Run it again ' +
      'for the rest';
    return { kind: 'failed', error: new OperationError('INTERRUPTED', text) };
  }
  if (rejected > 0 && rejected === read) {
    const where =
      checkpoint.origin === null
        ? `no data folder was made in ${dataDir}`
        : `it is quarantined in ${join(dataDir, 'quarantine')}`;
    const error = invalidInput(`could not read any of the input; ${where}`);
    return { kind: 'failed', error };
  }
  if (read === 0) {
    const what = files === 0 ? 'no file was found' : 'no file held a record';
    return unknown(`${what}: an empty export does not prove that nothing happened`);
  }
  return examinedConclusion(failed);
}

/** Unknown if a detector failed. */
function examinedConclusion([first, ...more]: readonly string[]): Conclusion {
  if (first === undefined) return YES;
  const others = more.length === 0 ? '' : ` (and ${plural(more.length, 'more failure')})`;
  return unknown(`the records are imported, but not all were examined: ${first}${others}`);
}

function outputOf({ interrupted, ...report }: ImportReport): ImportOutput {
  return interrupted ? { ...report, interrupted } : report;
}

function runOptions(
  writer: HostWriter,
  origin: string | undefined,
  { actor, workers, hooks, tenant }: HandlerContext,
): RunOptions {
  return {
    ...{ tenant, origin, actor, workers, signal: hooks.signal, onProgress: hooks.progress },
    afterImport: async () => {
      const { runDetection } = await import('../host/run-detection.ts');
      return runDetection(writer);
    },
  };
}
