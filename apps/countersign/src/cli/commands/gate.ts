import { evaluateGate } from '../../operations/rollout/gate.ts';
import type { Condition } from '../../rollout/gate.ts';
import { bindDocument } from '../adapter/binding.ts';
import type { CliCommand } from '../adapter/declare-command.ts';
import type { Column } from '../terminal/table.ts';

const gate = bindDocument(evaluateGate, {
  positional: ['file'],
  async render({ terminal }, { file: { gate: name, wave }, answer, entry }) {
    terminal.line(`${name}, ${wave}: ${WORDS[answer.answer.kind]}`);
    terminal.line('');
    await terminal.table(COLUMNS, answer.conditions);
    if (answer.resume.length > 0) {
      terminal.line('');
      terminal.line('What would let us resume:');
      for (const text of answer.resume) terminal.line(`  ${text}`);
    }
    for (const { text } of answer.limits) {
      terminal.line('');
      terminal.line(`This answer does not speak of all: ${text}.`);
    }
    terminal.line('');
    terminal.line(`Entry ${entry} of the ledger says so.`);
  },
});

const WORDS = { yes: 'yes, go on', no: 'no, hold', unknown: 'cannot tell, hold' } as const;
const CELLS = { yes: 'holds', no: 'does not hold', unknown: 'cannot tell' } as const;

const COLUMNS: readonly Column<Condition>[] = [
  {
    title: 'answer',
    kind: 'whole',
    cell: ({ answer: { kind } }) => ({ text: CELLS[kind], style: kind }),
  },
  { title: 'condition', kind: 'whole', cell: ({ condition }) => condition },
  { title: 'requires', kind: 'text', comfortable: 30, cell: ({ requires }) => requires },
  { title: 'found', kind: 'text', comfortable: 40, cell: ({ found }) => found.join('; ') },
];

export const commands: readonly CliCommand[] = [{ name: 'gate', bindings: [gate] }];
