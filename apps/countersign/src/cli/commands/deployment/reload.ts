import { reload } from '../../../operations/setup/reload.ts';
import { bindLedger } from '../../adapter/binding.ts';
import type { CliCommand } from '../../adapter/declare-command.ts';

export const commands: readonly CliCommand[] = [
  {
    name: 'reload',
    bindings: [
      bindLedger(reload, {
        render({ terminal }, { sha256, applied, needsRestart, problems, entry }) {
          for (const problem of problems) terminal.line(problem);
          if (sha256 === null) return;
          const what = applied.length === 0 ? 'nothing' : applied.join(', ');
          terminal.line({ text: 'applied: ', style: 'yes' }, what);
          terminal.fields([
            ...(needsRestart.length === 0
              ? []
              : [['needs a restart', needsRestart.join(', ')] as const]),
            ['digest', `sha256:${sha256}`],
            ...(entry === null ? [] : [['entry', String(entry)] as const]),
          ]);
        },
      }),
    ],
  },
];
