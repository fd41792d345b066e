import type { Bypass } from '../../../enforcement/bypass/bypass.ts';
import {
  approveBypass,
  type BypassOutcome,
  endBypass,
  listBypasses,
  requestBypass,
} from '../../../operations/enforcement/bypass.ts';
import { bindDocument, bindList, collect } from '../../adapter/binding.ts';
import type { CliGroup } from '../../adapter/declare-command.ts';
import type { Context } from '../../process/command-context.ts';
import { timeText } from '../../render/time-text.ts';
import type { Column } from '../../terminal/table.ts';

const request = bindDocument(requestBypass, { positional: ['group'], render });
const approve = bindDocument(approveBypass, { positional: ['bypass'], render });
const undo = bindDocument(endBypass, { positional: ['bypass'], render });

const list = bindList(listBypasses, {
  async render({ terminal }, rows) {
    const bypasses = await collect(rows);
    if (bypasses.length > 0) await terminal.table(COLUMNS, bypasses);
    else terminal.line('there is no bypass');
  },
});

function render({ terminal }: Context, { bypass, entry }: BypassOutcome): void {
  const { bypass: id } = bypass.request.statement;
  terminal.line(`bypass ${id}: ${stateText(bypass)}; entry ${entry}`);
}

function stateText({ approval, end: ended, effect }: Bypass): string {
  if (effect === undefined) {
    if (ended !== undefined) return 'withdrawn before a second person approved it';
    return approval === undefined ? 'waits for a second person' : 'approved, not yet started';
  }
  switch (effect.state) {
    case 'begun':
      return `being put ${effect.wanted}`;
    case 'done':
      return effect.wanted === 'past us'
        ? 'the group bypasses the external method'
        : 'the group uses the external method again';
    case 'cannot tell':
      return `cannot tell: ${effect.because}`;
  }
}

const COLUMNS: readonly Column<Bypass>[] = [
  { title: 'bypass', kind: 'id', cell: ({ request: { statement } }) => statement.bypass },
  { title: 'group', kind: 'text', cell: ({ request: { statement } }) => statement.group },
  { title: 'state', kind: 'text', cell: stateText },
  { title: 'asked by', kind: 'whole', cell: ({ request: { statement } }) => statement.by },
  { title: 'agreed by', kind: 'whole', cell: ({ approval }) => approval?.statement.by },
  { title: 'until', kind: 'whole', cell: ({ request }) => timeText(request.statement.untilMs) },
  {
    title: 'why',
    kind: 'text',
    fold: 1,
    cell: ({ request: { statement } }) => statement.reason,
  },
];

const verbs = [
  { name: 'request', bindings: [request] },
  { name: 'approve', bindings: [approve] },
  { name: 'undo', bindings: [undo] },
  { name: 'list', bindings: [list] },
] as const;

const FORMER = 'The former name of bypass.';

export const commands: readonly CliGroup[] = [
  {
    name: 'bypass',
    summary: 'let a group sign in without the external method for a limited time',
    description:
      'Removes a group from the external authentication method for a limited time. Its people ' +
      'then use a method of the suite. One person requests a bypass and another approves it, ' +
      'each with their own key. The bypass ends by itself. Each step, and each answer of the ' +
      'suite, is an entry.',
    subcommands: verbs,
  },
  {
    // The name until 0.1.0.
    name: 'door',
    isFormer: true,
    summary: FORMER,
    description: FORMER,
    subcommands: [{ name: 'drain', summary: FORMER, description: FORMER, subcommands: verbs }],
  },
];
