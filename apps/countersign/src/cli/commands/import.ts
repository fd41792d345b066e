import { join, resolve } from 'node:path';
import { plural } from '@countersign/core';
import { Option, type Command as Parser } from 'commander';
import type { ImportReport } from '../../ingest/import-run.ts';
import type { ImportProgress } from '../../ingest/progress-meter.ts';
import type { Command } from '../../operations/forwarding/command.ts';
import { declareWriter, type WriterFlags, whoActs, write } from '../options/write-options.ts';
import type { BindCommand, CommandHandler, Context } from '../process/command-context.ts';
import { CliError, usage } from '../process/errors.ts';
import { EXIT } from '../process/exit-code.ts';
import { printImport } from '../render/render-import.ts';
import type { ProgressState } from '../terminal/progress-line.ts';

type ImportFlags = WriterFlags & {
  readonly origin?: string;
  readonly keepOriginal?: true;
  readonly quarantined?: true;
};

export function declareImport(program: Parser, bind: BindCommand): void {
  const parser = program
    .command('import')
    .summary('read exports into the ledger')
    .description(
      'Reads exports into the ledger: CSV, JSON, NDJSON, .gz, .zip, whole folders, recognised by ' +
        'content. Read again, they add nothing. What cannot be read is quarantined and counted. ' +
        'With --quarantined the quarantine is read again: what can be read now goes in, and the ' +
        'rest stays.',
    )
    .argument('[path...]', 'files, folders, or - for standard input')
    .option('--quarantined', 'try again what could not be read before')
    .addOption(new Option('--parked').hideHelp().implies({ quarantined: true }))
    .option('--origin <text>', 'what you know of where the files are from')
    .option('--keep-original', 'keep a copy of each file in the data folder');
  declareWriter(parser).action(bind(importCommand));
}

const importCommand: CommandHandler<[paths: string[], flags: ImportFlags]> = async (
  context,
  paths,
  flags,
) => {
  const { terminal } = context;
  const isRetry = flags.quarantined === true;
  const work = isRetry ? await retry(context, paths, flags) : await files(context, paths, flags);
  const ledger = isRetry ? 'needs' : 'makes';
  const writing = { work, flags, ledger, repeatable: true, progressOf } as const;
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
  if (isRetry && report.read === 0) {
    if (!context.json) terminal.line('nothing is quarantined');
    return EXIT.done;
  }
  return exitCodeOf(report, context.dataDir);
};

async function files(
  { cwd, tenant }: Context,
  paths: readonly string[],
  { origin, keepOriginal }: ImportFlags,
): Promise<Command> {
  const { importWork } = await import('../../operations/import.ts');
  if (paths.length === 0) {
    throw usage(
      'could not import: name files or folders, or - for standard input, or --quarantined',
    );
  }
  if (paths.filter((path) => path === '-').length > 1) {
    throw usage('could not import: standard input can be read once; give - once');
  }
  return importWork(whoActs(), {
    paths: paths.map((path) => (path === '-' ? path : resolve(cwd, path))),
    tenant,
    origin,
    originals: keepOriginal === true ? 'keep' : 'leave',
  });
}

async function retry(
  { tenant }: Context,
  paths: readonly string[],
  { origin, keepOriginal }: ImportFlags,
): Promise<Command> {
  const { retryWork } = await import('../../operations/import.ts');
  if (paths.length > 0 || keepOriginal === true) {
    throw usage(
      'could not import: --quarantined reads what is quarantined and no file; give it alone',
    );
  }
  return retryWork(whoActs(), { tenant, origin });
}

function exitCodeOf(report: ImportReport, dataDir: string): typeof EXIT.done {
  const { files, read, rejected, checkpoint, failed } = report;
  if (rejected > 0 && rejected === read) {
    const where =
      checkpoint.origin === null
        ? `no data folder was made in ${dataDir}`
        : `it is quarantined in ${join(dataDir, 'quarantine')}`;
    throw usage(`nothing of the input could be read; ${where}`);
  }
  if (read === 0) {
    const what = files === 0 ? 'no file was found' : 'no file held a record';
    throw new CliError(
      'CANNOT_TELL',
      `${what}: an export that comes back empty does not say that nothing happened`,
    );
  }
  const [first, ...more] = failed;
  if (first !== undefined) {
    const others = more.length === 0 ? '' : ` (and ${plural(more.length, 'more failure')})`;
    throw new CliError(
      'CANNOT_TELL',
      `the records are in, but not all were examined: ${first}${others}`,
    );
  }
  return EXIT.done;
}

function progressOf(progress: unknown): ProgressState {
  const { records, bytes, totalBytes } = progress as ImportProgress;
  return { doing: 'importing', records, bytes, bytesTotal: totalBytes };
}
