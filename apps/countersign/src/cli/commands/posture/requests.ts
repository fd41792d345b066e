import { plural } from '@countersign/core';
import {
  listRequests,
  REQUEST_STATES,
  type TestedRequest,
} from '../../../operations/posture/list-requests.ts';
import { bindList, collect } from '../../adapter/binding.ts';
import type { CliCommand } from '../../adapter/declare-command.ts';
import type { Column } from '../../terminal/table.ts';

const requests = bindList(listRequests, {
  async render({ terminal }, rows) {
    const tested = await collect(rows);
    const count = (answer: TestedRequest['result']['answer']): number =>
      tested.filter((request) => request.result.answer === answer).length;
    terminal.paragraph(
      `${plural(tested.length, 'request')} to the vendor: ${count('no')} not met, ` +
        `${count('unknown')} cannot tell, ${count('yes')} met.`,
    );
    terminal.line();
    const byAnswer = ORDER.flatMap((answer) => {
      return tested.filter((request) => request.result.answer === answer);
    });
    await terminal.table(COLUMNS, byAnswer);
  },
});

/** Unmet requests come first. */
const ORDER = ['no', 'unknown', 'yes'] as const;

const COLUMNS: readonly Column<TestedRequest>[] = [
  {
    title: 'state',
    kind: 'whole',
    cell: ({ result }) => ({ text: REQUEST_STATES[result.answer], style: result.answer }),
  },
  { title: 'what', kind: 'text', comfortable: 30, cell: ({ what }) => what },
  {
    title: 'because',
    kind: 'text',
    fold: 3,
    comfortable: 30,
    cell: ({ result }) => result.because,
  },
  { title: 'why', kind: 'text', fold: 2, comfortable: 40, cell: ({ why }) => why },
  { title: 'request', kind: 'whole', fold: 1, cell: ({ id }) => id },
];

export const commands: readonly CliCommand[] = [{ name: 'requests', bindings: [requests] }];
