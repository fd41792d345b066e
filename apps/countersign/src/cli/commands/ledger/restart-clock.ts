import type { Command as Parser } from 'commander';
import type { ClockRestarted } from '../../../ingest/restart-clock.ts';
import {
  DRY_RUN,
  declareWriter,
  noProgress,
  type WriterFlags,
  whoActs,
  write,
} from '../../options/write-options.ts';
import type { BindCommand, CommandHandler } from '../../process/command-context.ts';
import { EXIT } from '../../process/exit-code.ts';

type RestartFlags = WriterFlags & { readonly reason: string };

export function declareRestartClock(ledger: Parser, bind: BindCommand): void {
  const parser = ledger
    .command('restart-clock')
    .summary('stamp new entries with the right time again, after a clock was ahead')
    .description(
      'A clock that was ahead stamps entries with a future time, and later entries are never ' +
        'stamped earlier. Set the clock of the machine right first. This command then ' +
        'appends an entry that declares the restart, with your name and reason. Earlier entries ' +
        'do not change. docs/how-to/recover-from-a-wrong-clock.md says more.',
    )
    .requiredOption('--reason <text>', 'why the clock was ahead');
  declareWriter(parser.option(...DRY_RUN)).action(bind(restart));
}

const restart: CommandHandler<[flags: RestartFlags]> = async (context, flags) => {
  const { restartClockWork } = await import('../../../operations/restart-clock.ts');
  const { terminal } = context;
  const { entry, lastSeen, seen } = (await write(context, {
    work: restartClockWork(whoActs(), flags.reason),
    flags,
    ledger: 'needs',
    repeatable: false,
    progressOf: noProgress,
  })) as ClockRestarted;
  if (context.json) terminal.document({ entry, lastSeen, seen });
  else {
    terminal.fields([
      ['last entry seen', lastSeen],
      ['now seen', seen],
      ['entry', String(entry)],
    ]);
  }
  return EXIT.done;
};
