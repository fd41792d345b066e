import { msOfInstant } from '@countersign/core';
import type { DecisionInput } from '@countersign/policy';
import {
  type DecisionItem,
  listDecisions,
} from '../../../operations/enforcement/list-decisions.ts';
import { showDecision } from '../../../operations/enforcement/show-decision.ts';
import type { AccessOutcome } from '../../../store/sqlite/decision-table.ts';
import { bindDocument, bindList } from '../../adapter/binding.ts';
import type { CliGroup } from '../../adapter/declare-command.ts';
import { instantText, timeText } from '../../render/time-text.ts';
import type { Column } from '../../terminal/table.ts';

/** A terminal shows the newest ones. `--json` streams all. */
const ROWS_SHOWN = 200;

const list = bindList(listDecisions, {
  async render({ terminal }, rows) {
    const found: DecisionItem[] = [];
    for await (const item of rows) if (found.push(item) > ROWS_SHOWN) break;
    if (found.length === 0) terminal.line('no such decision');
    else await terminal.table(COLUMNS, found.slice(0, ROWS_SHOWN));
    if (found.length > ROWS_SHOWN) {
      terminal.note('Older decisions are not shown: use --json, or an earlier --to.');
    }
  },
});

const show = bindDocument(showDecision, {
  positional: ['id'],
  async render({ terminal }, { outcome, because, inputs, help, ...decision }) {
    const { principal, action, resource, at, entry } = decision;
    terminal.line({ text: outcome, style: styleOf(outcome) });
    terminal.line(`${principal.id}, ${action} on ${resource.id}, ${instantText(at)} UTC`);
    for (const text of because) terminal.line(`  ${text}`);
    if (help.length > 0) terminal.line('What would help:');
    for (const text of help) terminal.line(`  ${text}`);
    await terminal.table(inputColumns(msOfInstant(at)), inputs);
    terminal.line(`recorded in entry ${entry}`);
  },
});

const COLUMNS: readonly Column<DecisionItem>[] = [
  { title: 'time', kind: 'whole', cell: ({ at }) => instantText(at) },
  {
    title: 'answer',
    kind: 'whole',
    cell: ({ outcome }) => ({ text: outcome, style: styleOf(outcome) }),
  },
  { title: 'who', kind: 'text', cell: ({ principal }) => principal.id },
  { title: 'action', kind: 'whole', fold: 2, cell: ({ action }) => action },
  { title: 'on', kind: 'text', fold: 3, cell: ({ resource }) => resource },
  {
    title: 'why',
    kind: 'text',
    fold: 1,
    cell: ({ because, policies }) => because[0] ?? policies.join(', '),
  },
  { title: 'reference', kind: 'whole', cell: ({ reference }) => reference },
];

function inputColumns(atMs: number): readonly Column<DecisionInput>[] {
  return [
    { title: 'input', kind: 'text', cell: ({ name }) => name },
    {
      title: 'state',
      kind: 'whole',
      cell: ({ state }) => ({ text: state, style: state === 'fresh' ? 'yes' : 'unknown' }),
    },
    { title: 'source', kind: 'text', fold: 1, cell: ({ source }) => source ?? undefined },
    {
      title: 'read',
      kind: 'whole',
      cell: ({ ageMs }) => (ageMs === null ? undefined : timeText(atMs - ageMs)),
    },
  ];
}

function styleOf(outcome: AccessOutcome): 'yes' | 'no' | 'unknown' {
  if (outcome === 'permit') return 'yes';
  return outcome === 'unknown' ? 'unknown' : 'no';
}

export const commands: readonly CliGroup[] = [
  {
    name: 'decisions',
    summary: 'list and explain decisions of the policy',
    description: 'A decision is the answer of the policy to one request of an enforcement point.',
    subcommands: [
      { name: 'list', bindings: [list] },
      { name: 'show', bindings: [show] },
    ],
  },
];
