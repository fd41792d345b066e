import type { Pass } from '../../../enforcement/passes/pass.ts';
import { endPass } from '../../../operations/enforcement/end-pass.ts';
import { listPasses } from '../../../operations/enforcement/list-passes.ts';
import { bindLedger, bindList, collect } from '../../adapter/binding.ts';
import type { CliGroup } from '../../adapter/declare-command.ts';
import { timeText } from '../../render/time-text.ts';
import type { Column } from '../../terminal/table.ts';

const list = bindList(listPasses, {
  async render({ terminal }, rows, { all }) {
    const passes = await collect(rows);
    if (passes.length > 0) await terminal.table(COLUMNS, passes);
    else terminal.line(all === true ? 'there is no pass' : 'no pass is open');
  },
});

const end = bindLedger(endPass, {
  positional: ['pass'],
  render({ terminal }, { pass, entry, suite }) {
    terminal.line(`the pass ${pass}: ${stateText({ state: 'ended', suite })}; entry ${entry}`);
  },
});

const COLUMNS: readonly Column<Pass>[] = [
  { title: 'pass', kind: 'id', cell: ({ id }) => id },
  {
    title: 'state',
    kind: 'text',
    cell: (pass) => ({ text: stateText(pass), style: styleOf(pass) }),
  },
  { title: 'who', kind: 'text', cell: ({ principal }) => principal.id },
  { title: 'action', kind: 'whole', fold: 2, cell: ({ action }) => action },
  { title: 'on', kind: 'text', fold: 3, cell: ({ resource }) => resource.id },
  {
    title: 'PEP',
    kind: 'whole',
    fold: 4,
    cell: ({ enforcementPoint }) => enforcementPoint,
  },
  { title: 'opened', kind: 'whole', fold: 1, cell: ({ openedMs }) => timeText(openedMs) },
  {
    title: 'until',
    kind: 'whole',
    cell: ({ closedMs, expiresMs }) => timeText(closedMs ?? expiresMs),
  },
  { title: 'why', kind: 'text', fold: 5, cell: ({ reason }) => reason ?? undefined },
];

/** Here a pass ends at once. Tokens that the suite issued on it live on there. */
function stateText({ state, suite }: Pick<Pass, 'state' | 'suite'>): string {
  if (suite === null) return state;
  const [because] = suite.because;
  const until = because?.code === 'tokens-out' ? ` until ${timeText(suite.untilMs)}` : '';
  return `${state} here; in the suite cannot tell${until}`;
}

function styleOf({ state, suite }: Pass): 'yes' | 'no' | 'unknown' {
  if (suite !== null) return 'unknown';
  return state === 'open' ? 'yes' : 'no';
}

export const commands: readonly CliGroup[] = [
  {
    name: 'passes',
    summary: 'list and end passes',
    description:
      'A permit opens a pass. A pass states its principal, its enforcement point and its expiry.',
    subcommands: [
      { name: 'list', bindings: [list] },
      { name: 'end', bindings: [end] },
    ],
  },
];
