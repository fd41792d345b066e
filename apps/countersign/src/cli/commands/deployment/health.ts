import { askHealth } from '../../../operations/doctor/health.ts';
import { bindDocument } from '../../adapter/binding.ts';
import type { CliCommand } from '../../adapter/declare-command.ts';

export const commands: readonly CliCommand[] = [
  {
    name: 'health',
    bindings: [
      bindDocument(askHealth, {
        render({ terminal }, { url, kind, because }) {
          const words = { yes: 'yes', no: 'no', unknown: 'cannot tell' } as const;
          terminal.line({ text: `${words[kind]}: `, style: kind }, url);
          for (const { text } of because) terminal.paragraph(text, 2);
        },
      }),
    ],
  },
];
