import { numberText, plural } from '@countersign/core';
import { privilegeText } from '../../reconcile/directory-drift/drift-findings.ts';
import type { DriftMatch } from '../../reconcile/directory-drift/drift-matcher.ts';
import type {
  StateReconciliation,
  StateSide,
} from '../../reconcile/directory-drift/drift-reconciler.ts';
import {
  STATE_TEXTS,
  type StateCause,
  stateVerdictOf,
} from '../../reconcile/directory-drift/drift-verdict.ts';
import type { Column } from '../terminal/table.ts';
import { timeText } from './time-text.ts';

type CauseRow = {
  readonly side: string;
  readonly cause: StateCause;
  readonly changes: number;
};

const THINGS = 'roles, permissions and credentials';
const STYLES = { matched: 'yes', unmatched: 'no', unknown: 'unknown' } as const;

/** The scope of the counts below. A directory that was never listed is an answer as well. */
export function* stateLines(state: StateReconciliation): Generator<string> {
  const { listings, thereBefore, notCollected } = state;
  yield '';
  if (listings === 0) {
    yield 'State against events: cannot tell, because the directory was never listed.';
    return;
  }
  yield `State against events, over ${plural(listings, 'listing')} of parts of the directory:`;
  const before = `${plural(thereBefore, 'role, permission or credential', THINGS)}`;
  yield `  there before the first listing: ${before}`;
  yield `  cannot tell, because no collector reads them: ${notCollected.join(', ')}`;
}

export function stateCauseRows({ state, events }: StateReconciliation): readonly CauseRow[] {
  return [...rowsOf('state', state), ...rowsOf('event', events)];
}

function rowsOf(about: DriftMatch['about'], side: StateSide): CauseRow[] {
  const counts: readonly (readonly [StateCause, number])[] = [
    ['matched', side.matched],
    [about === 'state' ? 'state-without-event' : 'event-without-effect', side.unmatched],
    ...(Object.entries(side.unknown) as [StateCause, number][]),
  ];
  const rows = counts.filter(([cause, changes]) => cause === 'matched' || changes > 0);
  return rows.map(([cause, changes]) => ({ side: SIDES[about], cause, changes }));
}

const SIDES = { state: 'seen in the state', event: 'seen in events' } as const;

export const STATE_CAUSE_COLUMNS: readonly Column<CauseRow>[] = [
  { title: 'changes', kind: 'whole', cell: ({ side }) => side },
  { title: 'verdict', kind: 'whole', cell: ({ cause }) => verdictCell(cause) },
  { title: 'number', kind: 'number', cell: ({ changes }) => numberText(changes) },
  { title: 'cause', kind: 'whole', cell: ({ cause }) => cause },
  { title: 'because', kind: 'text', comfortable: 40, cell: ({ cause }) => STATE_TEXTS[cause] },
];

export const STATE_COLUMNS: readonly Column<DriftMatch>[] = [
  { title: 'time (UTC)', kind: 'whole', cell: ({ atMs }) => timeText(atMs) },
  { title: 'verdict', kind: 'whole', cell: ({ cause }) => verdictCell(cause) },
  { title: 'cause', kind: 'whole', cell: ({ cause }) => cause },
  { title: 'what', kind: 'text', comfortable: 40, cell: privilegeText },
  { title: 'way', kind: 'whole', cell: ({ way }) => (way === 'in' ? 'granted' : 'removed') },
  {
    title: 'entry',
    kind: 'number',
    cell: ({ entries: [index] }) => (index === undefined ? '' : String(index)),
  },
];

function verdictCell(cause: StateCause): {
  text: string;
  style: (typeof STYLES)[keyof typeof STYLES];
} {
  const verdict = stateVerdictOf(cause);
  return { text: verdict === 'unknown' ? 'cannot tell' : verdict, style: STYLES[verdict] };
}
