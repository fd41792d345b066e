import { numberText, plural } from '@countersign/core';
import type { Reconciliation } from '../../reconcile/actions/action-reconciler.ts';
import type { ActionVerdict, JoinShare } from '../../reconcile/actions/action-totals.ts';
import {
  CAUSE_TEXTS,
  type Cause,
  cureOf,
  type Verdict,
  verdictOf,
} from '../../reconcile/actions/action-verdict.ts';
import type { ReadableIds } from '../../reports/findings/readable-ids.ts';
import { eventsText } from '../../store/rows/event-kind.ts';
import type { Column } from '../terminal/table.ts';
import { timeText } from './time-text.ts';

type CauseRow = { readonly verdict: Verdict; readonly cause: Cause; readonly actions: number };

const STYLES = { accounted: 'yes', unaccounted: 'no', unknown: 'unknown' } as const;
const RESIDUALS_SHOWN_MAX = 20;

export function conclusionOf(found: Reconciliation): string {
  const count = (causes: Readonly<Partial<Record<Cause, number>>>): string =>
    numberText(Object.values(causes).reduce((sum, actions) => sum + actions, 0));
  return (
    `${plural(found.actions, 'action')}: ${numberText(found.accounted)} accounted, ` +
    `${count(found.unaccounted)} unaccounted, ${count(found.unknown)} cannot tell.`
  );
}

export function causeRows(found: Reconciliation): readonly CauseRow[] {
  const rows = [
    ['accounted', found.accounted] as const,
    ...Object.entries(found.unaccounted),
    ...Object.entries(found.unknown),
  ];
  return rows
    .map(([cause, actions]) => ({
      cause: cause as Cause,
      verdict: verdictOf(cause as Cause),
      actions: actions ?? 0,
    }))
    .filter(({ cause, actions }) => cause === 'accounted' || actions > 0);
}

/** Events without an actor, below the table of causes. */
export function* eventLines({ events }: Reconciliation): Generator<string> {
  const text = eventsText(events);
  if (text !== undefined)
    yield `Events that are not actions of a principal, counted separately: ${text}.`;
}

export const CAUSE_COLUMNS: readonly Column<CauseRow>[] = [
  {
    title: 'verdict',
    kind: 'whole',
    cell: ({ verdict }) => ({
      text: verdict === 'unknown' ? 'cannot tell' : verdict,
      style: STYLES[verdict],
    }),
  },
  { title: 'actions', kind: 'number', cell: ({ actions }) => numberText(actions) },
  { title: 'cause', kind: 'whole', cell: ({ cause }) => cause },
  { title: 'because', kind: 'text', comfortable: 40, cell: ({ cause }) => CAUSE_TEXTS[cause] },
  {
    title: 'what to do',
    kind: 'text',
    comfortable: 40,
    fold: 1,
    cell: ({ cause }) => cureOf(cause) ?? undefined,
  },
];

export const SHARE_COLUMNS: readonly Column<JoinShare>[] = [
  { title: 'workload', kind: 'text', comfortable: 22, cell: ({ workload }) => workload },
  {
    title: 'type',
    kind: 'number',
    cell: ({ recordType }) => (recordType === null ? '' : String(recordType)),
  },
  { title: 'actions', kind: 'number', cell: ({ actions }) => numberText(actions) },
  { title: 'by token', kind: 'number', cell: (share) => percent(share, 'token') },
  { title: 'by session', kind: 'number', cell: (share) => percent(share, 'session') },
  { title: 'by person', kind: 'number', cell: (share) => percent(share, 'person') },
  { title: 'not tied', kind: 'number', cell: (share) => percent(share, 'none') },
];

function percent({ actions, joined }: JoinShare, method: keyof JoinShare['joined']): string {
  return `${((joined[method] / actions) * 100).toFixed(1)} %`;
}

export function* residualLines({ residual }: Reconciliation): Generator<string> {
  yield '';
  if (residual.length === 0) {
    yield 'Unexplained: nothing, as far as the records tell.';
    return;
  }
  yield 'Unexplained, by day and workload:';
  for (const { day, workload, actions } of residual.slice(0, RESIDUALS_SHOWN_MAX)) {
    yield `  ${day}  ${workload}  ${plural(actions, 'action')}`;
  }
  const left = residual.length - RESIDUALS_SHOWN_MAX;
  if (left > 0) yield `  and ${left} more; --json lists them`;
}

export function verdictColumns(nameOf: ReadableIds): readonly Column<ActionVerdict>[] {
  return [
    { title: 'time (UTC)', kind: 'whole', cell: ({ atMs }) => timeText(atMs) },
    {
      title: 'cause',
      kind: 'whole',
      cell: ({ cause, verdict }) => ({ text: cause, style: STYLES[verdict] }),
    },
    {
      title: 'who',
      kind: 'text',
      comfortable: 24,
      cell: ({ who }) => (who === null ? undefined : nameOf(who)),
    },
    {
      title: 'what',
      kind: 'text',
      comfortable: 20,
      cell: ({ operation }) => operation ?? undefined,
    },
    {
      title: 'verdict',
      kind: 'whole',
      fold: 3,
      cell: ({ verdict }) => ({
        text: verdict === 'unknown' ? 'cannot tell' : verdict,
        style: STYLES[verdict],
      }),
    },
    { title: 'tied by', kind: 'whole', fold: 2, cell: ({ method }) => method },
    {
      title: 'sign-in',
      kind: 'number',
      fold: 1,
      cell: ({ signIn }) => (signIn === null ? '' : String(signIn)),
    },
    { title: 'entry', kind: 'number', cell: ({ index }) => String(index) },
  ];
}
