import { numberText } from '@countersign/core';
import { showCheckpoint } from '../../../operations/ledger/checkpoint.ts';
import { bindDocument } from '../../adapter/binding.ts';
import type { CliCommand } from '../../adapter/declare-command.ts';

const checkpoint = bindDocument(showCheckpoint, {
  render({ terminal }, { origin, size, root, vkey, note }) {
    terminal.fields([
      ['origin', origin],
      ['entries', numberText(size)],
      ['root', root],
      ['key', vkey],
    ]);
    terminal.line();
    for (const line of note.trimEnd().split('\n')) terminal.line(line);
  },
});

export const command: CliCommand = { name: 'checkpoint', bindings: [checkpoint] };
