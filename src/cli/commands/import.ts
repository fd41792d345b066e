import { join, resolve } from 'node:path';
import type { Command as Parser } from 'commander';
import type { ImportProgress, ImportReport } from '../../pipeline/index.ts';
import type { Bind, Command } from '../context.ts';
import { CliError, usage } from '../errors.ts';
import { EXIT } from '../exit-code.ts';
import { printImport } from '../present/import-report.ts';
import type { ProgressState } from '../progress.ts';
import { declareWriter, type WriterFlags, whoActs, write } from '../writing.ts';

type ImportFlags = WriterFlags & { readonly origin?: string; readonly keepOriginal?: true };

export function declareImport(program: Parser, bind: Bind): void {
  const parser = program
    .command('import')
    .summary('read exports into the ledger')
    .description(
      'Reads exports into the ledger: CSV, JSON, NDJSON, .gz, .zip, whole folders, recognised by ' +
        'content. Read again, they add nothing. What cannot be read is parked and counted.',
    )
    .argument('<path...>', 'files, folders, or - for standard input')
    .option('--origin <text>', 'what you know of where the files are from')
    .option('--keep-original', 'keep a copy of each file in the data folder');
  declareWriter(parser).action(bind(importCommand));
}

const importCommand: Command<[paths: string[], flags: ImportFlags]> = async (
  context,
  paths,
  flags,
) => {
  const { importWork } = await import('../../api/index.ts');
  const { cwd, terminal, tenant } = context;
  if (paths.filter((path) => path === '-').length > 1) {
    throw usage('could not import: standard input can be read once; give - once');
  }
  const work = importWork(whoActs(), {
    paths: paths.map((path) => (path === '-' ? path : resolve(cwd, path))),
    tenant,
    origin: flags.origin,
    originals: flags.keepOriginal === true ? 'keep' : 'leave',
  });
  const writing = { work, flags, ledger: 'makes', repeatable: true, progressOf } as const;
  const report = (await write(context, writing)) as ImportReport;
  const { interrupted, ...answer } = report;
  if (context.json) terminal.document(interrupted ? report : answer);
  else printImport(terminal, answer);
  if (interrupted) {
    throw new CliError(
      'INTERRUPTED',
      'the import was interrupted: what was read so far is in; run it again for the rest',
    );
  }
  return exitCodeOf(report, context.dataDir);
};

function exitCodeOf(report: ImportReport, dataDir: string): typeof EXIT.done {
  const { files, read, rejected, checkpoint } = report;
  if (rejected > 0 && rejected === read) {
    const where =
      checkpoint.origin === null
        ? `no data folder was made in ${dataDir}`
        : `it is parked in ${join(dataDir, 'parked')}`;
    throw usage(`nothing of the input could be read; ${where}`);
  }
  if (read === 0) {
    const what = files === 0 ? 'no file was found' : 'no file held a record';
    throw new CliError(
      'CANNOT_TELL',
      `${what}: an export that comes back empty does not say that nothing happened`,
    );
  }
  return EXIT.done;
}

function progressOf(progress: unknown): ProgressState {
  const { records, bytes, totalBytes } = progress as ImportProgress;
  return { doing: 'importing', records, bytes, bytesTotal: totalBytes };
}
