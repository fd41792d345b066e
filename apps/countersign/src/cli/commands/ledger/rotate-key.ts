import { rotateSigningKey } from '../../../operations/ledger/rotate-key.ts';
import { bindLedger } from '../../adapter/binding.ts';
import type { CliCommand } from '../../adapter/declare-command.ts';

const rotate = bindLedger(rotateSigningKey, {
  render({ terminal }, { entry, oldVkey, newVkey }) {
    terminal.fields([
      ['old key', oldVkey],
      ['new key', newVkey],
      ['entry', String(entry)],
    ]);
  },
});

export const command: CliCommand = { name: 'rotate-key', bindings: [rotate] };
