import { availableParallelism } from 'node:os';
import { relative } from 'node:path';
import { plural } from '@countersign/core';
import { type FsckReport, fsck, LedgerError, type Problem } from '@countersign/ledger';
import type { Command as Parser } from 'commander';
import type { BindCommand, CommandHandler } from '../../process/command-context.ts';
import { EXIT } from '../../process/exit-code.ts';
import { FSCK_THREADS_MAX } from '../../process/limits.ts';
import type { Column } from '../../terminal/table.ts';

export function declareFsck(ledger: Parser, bind: BindCommand): void {
  ledger
    .command('fsck')
    .summary('re-read everything: bodies, tiles, checkpoints, strays')
    .description(
      'Re-reads each file of the log and its archive against the tree and the key, and names the ' +
        'first byte that is wrong. Changes nothing. Exits 1 when there are problems.',
    )
    .option(
      '--key <vkey>',
      'the key of the log, from a place that the data folder does not control',
    )
    .action(bind(fsckCommand));
}

const COLUMNS: readonly Column<Problem>[] = [
  { title: 'path', kind: 'text', comfortable: 30, cell: ({ path }) => path },
  { title: 'byte', kind: 'number', cell: ({ at }) => String(at) },
  {
    title: 'what',
    kind: 'text',
    comfortable: 24,
    cell: ({ what }) => ({ text: what, style: 'no' }),
  },
];

const fsckCommand: CommandHandler<[flags: { readonly key?: string }]> = async (
  context,
  { key },
) => {
  const { terminal, dataDir } = context;
  const report = await orCorrupt(dataDir, () =>
    fsck({
      dir: dataDir,
      threads: Math.min(FSCK_THREADS_MAX, availableParallelism()),
      vkey: key,
      onProgress: (records, recordsTotal) =>
        terminal.progress({ doing: 'checking', records, recordsTotal }),
    }),
  );
  terminal.progressEnd();
  const { ok, size, problems } = report;
  if (context.json) {
    terminal.document({ ok, size, problems });
  } else {
    await terminal.table(COLUMNS, problems);
    const summary = `${plural(size, 'entry')} checked`;
    if (ok) terminal.line({ text: 'clean: ', style: 'yes' }, summary);
    else terminal.line({ text: `${plural(problems.length, 'problem')}: `, style: 'no' }, summary);
  }
  return ok ? EXIT.done : EXIT.no;
};

/** A folder that does not even say what it is cannot be checked, and that is its problem. */
async function orCorrupt(dir: string, check: () => Promise<FsckReport>): Promise<FsckReport> {
  try {
    return await check();
  } catch (error) {
    if (!(error instanceof LedgerError) || error.code !== 'FOLDER_CORRUPT') throw error;
    const { path } = error.data;
    const where = typeof path === 'string' ? relative(dir, path) : '.';
    return { ok: false, size: 0, problems: [{ path: where, at: 0, what: error.message }] };
  }
}
