import { numberText, plural } from '@countersign/core';
import { restore } from '../../../operations/backup/restore.ts';
import { bindDocument } from '../../adapter/binding.ts';
import type { CliCommand } from '../../adapter/declare-command.ts';
import { fileProgress } from './file-progress.ts';

export const commands: readonly CliCommand[] = [
  {
    name: 'restore',
    bindings: [
      bindDocument(restore, {
        progressOf: fileProgress,
        render({ terminal }, output) {
          const { folder, backup, takenAt, origin, size, lastEntryAt, files, derived } = output;
          terminal.line(
            { text: 'restored and verified: ', style: 'yes' },
            `${plural(size, 'entry')}, ${numberText(files)} files`,
          );
          terminal.fields([
            ['folder', folder],
            ['backup', backup],
            ['taken at', takenAt],
            ['last entry', lastEntryAt ?? 'none'],
            ['ledger', origin],
            ['derived state', derived ? 'rebuilt' : 'not rebuilt'],
          ]);
        },
      }),
    ],
  },
];
