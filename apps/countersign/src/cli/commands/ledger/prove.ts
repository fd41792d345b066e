import { proveInclusion } from '../../../operations/ledger/prove.ts';
import { bindDocument } from '../../adapter/binding.ts';
import type { CliCommand } from '../../adapter/declare-command.ts';

const prove = bindDocument(proveInclusion, {
  positional: ['entry'],
  render({ terminal }, { proof }) {
    for (const line of proof.trimEnd().split('\n')) terminal.line(line);
  },
});

export const command: CliCommand = { name: 'prove', bindings: [prove] };
