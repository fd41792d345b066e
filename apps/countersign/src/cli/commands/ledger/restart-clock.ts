import { restartLedgerClock } from '../../../operations/ledger/restart-clock.ts';
import { bindLedger } from '../../adapter/binding.ts';
import type { CliCommand } from '../../adapter/declare-command.ts';

const restart = bindLedger(restartLedgerClock, {
  render({ terminal }, { entry, lastSeen, seen }) {
    terminal.fields([
      ['last entry seen', lastSeen],
      ['now seen', seen],
      ['entry', String(entry)],
    ]);
  },
});

export const command: CliCommand = { name: 'restart-clock', bindings: [restart] };
