import { numberText, plural } from '@countersign/core';
import { backUp } from '../../../operations/backup/backup.ts';
import { bindDocument } from '../../adapter/binding.ts';
import type { CliCommand } from '../../adapter/declare-command.ts';
import { fileProgress } from './file-progress.ts';

export const commands: readonly CliCommand[] = [
  {
    name: 'backup',
    bindings: [
      bindDocument(backUp, {
        progressOf: fileProgress,
        render({ terminal }, output) {
          const { backup, size, newEntries, journalEntries, files, reused, removed } = output;
          const since = newEntries === null ? '' : `, ${numberText(newEntries)} of them new`;
          terminal.line({ text: 'backed up: ', style: 'yes' }, `${plural(size, 'entry')}${since}`);
          terminal.fields([
            ['backup', backup],
            ['ledger', output.origin],
            ['after the checkpoint', plural(journalEntries, 'durable entry')],
            ['files', `${numberText(files)}, ${numberText(reused)} unchanged`],
            ['keys', output.keys],
            ...(output.entry === null ? [] : [['entry', String(output.entry)] as const]),
            ...(removed.length === 0 ? [] : [['removed', removed.join(', ')] as const]),
          ]);
        },
      }),
    ],
  },
];
