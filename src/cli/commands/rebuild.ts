import type { Command as Parser } from 'commander';
import type { Rebuilt } from '../../api/index.ts';
import { plural } from '../../core/index.ts';
import type { CatchUpProgress } from '../../pipeline/index.ts';
import type { Bind, Command } from '../context.ts';
import { EXIT } from '../exit-code.ts';
import type { ProgressState } from '../progress.ts';
import { declareWriter, type WriterFlags, whoActs, write } from '../writing.ts';

export function declareRebuild(program: Parser, bind: Bind): void {
  const parser = program
    .command('rebuild')
    .summary('make all derived state again from the ledger')
    .description('Throws away whatever is derived and makes it again. Appends nothing.');
  declareWriter(parser).action(bind(rebuild));
}

const rebuild: Command<[flags: WriterFlags]> = async (context, flags) => {
  const { rebuildWork } = await import('../../api/index.ts');
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
