import { plural } from '@countersign/core';
import type { Check } from '../../../operations/doctor/check.ts';
import { examine } from '../../../operations/doctor/doctor.ts';
import { bindDocument } from '../../adapter/binding.ts';
import type { CliCommand } from '../../adapter/declare-command.ts';
import type { Terminal } from '../../terminal/terminal.ts';

const MARKS = { yes: '  yes', no: '  no', unknown: '  cannot tell' } as const;

const LABEL_COLUMNS = 14;

const ORDER: readonly Check['answer'][] = ['no', 'unknown', 'yes'];

export const commands: readonly CliCommand[] = [
  {
    name: 'doctor',
    bindings: [
      bindDocument(examine, {
        render({ terminal }, { checks }) {
          const of = (answer: Check['answer']): number =>
            checks.filter((check) => check.answer === answer).length;
          terminal.line(
            `${plural(of('no'), 'problem')}, ${of('unknown')} unanswered, ${of('yes')} good`,
          );
          for (const [area, own] of Map.groupBy(checks, (check) => check.area)) {
            terminal.line('');
            terminal.line({ text: area, style: 'heading' });
            const sorted = own.toSorted(
              (one, other) => ORDER.indexOf(one.answer) - ORDER.indexOf(other.answer),
            );
            for (const check of sorted) renderCheck(terminal, check);
          }
        },
      }),
    ],
  },
];

function renderCheck(terminal: Terminal, { what, answer, text, cure }: Check): void {
  terminal.labeled(MARKS[answer], `${what}: ${text}`, LABEL_COLUMNS);
  if (cure !== null) terminal.labeled('', `→ ${cure}`, LABEL_COLUMNS);
}
