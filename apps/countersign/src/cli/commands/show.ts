import { showEntry } from '../../operations/ledger/show-entry.ts';
import { bindDocument } from '../adapter/binding.ts';
import type { CliCommand } from '../adapter/declare-command.ts';
import { printEntry } from '../render/render-entry.ts';

const show = bindDocument(showEntry, {
  positional: ['entry'],
  render: ({ terminal }, entry) => printEntry(terminal, entry),
});

export const commands: readonly CliCommand[] = [{ name: 'show', bindings: [show] }];
