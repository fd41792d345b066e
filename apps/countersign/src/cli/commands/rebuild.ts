import { plural } from '@countersign/core';
import type { Command as Parser } from 'commander';
import type { Rebuilt } from '../../operations/rebuild.ts';
import type { CatchUpProgress } from '../../projection/catch-up.ts';
import { declareWriter, type WriterFlags, whoActs, write } from '../options/write-options.ts';
import type { BindCommand, CommandHandler } from '../process/command-context.ts';
import { EXIT } from '../process/exit-code.ts';
import type { ProgressState } from '../terminal/progress-line.ts';

export function declareRebuild(program: Parser, bind: BindCommand): void {
  const parser = program
    .command('rebuild')
    .summary('make all derived state again from the ledger')
    .description('Throws away whatever is derived and makes it again. Appends nothing.');
  declareWriter(parser).action(bind(rebuild));
}

const rebuild: CommandHandler<[flags: WriterFlags]> = async (context, flags) => {
  const { rebuildWork } = await import('../../operations/rebuild.ts');
  const work = rebuildWork(whoActs());
  const rebuilt = (await write(context, {
    work,
    flags,
    ledger: 'needs',
    repeatable: true,
    where: 'alone',
    progressOf,
  })) as Rebuilt;
  if (context.json) context.terminal.document(rebuilt);
  else context.terminal.line(`made again from ${plural(rebuilt.entries, 'entry')}`);
  for (const warning of rebuilt.warnings) context.terminal.note(warning);
  return EXIT.done;
};

function progressOf(progress: unknown): ProgressState {
  const { done, size } = progress as CatchUpProgress;
  return { doing: 'rebuilding', records: done, recordsTotal: size };
}
