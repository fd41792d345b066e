import { numberText } from '@countersign/core';
import {
  dayText,
  type RuleHealth,
  type RuleHealthView,
} from '../../../operations/detection/list-rule-health.ts';
import type { Context } from '../../process/command-context.ts';
import { timeText } from '../../render/time-text.ts';
import type { Column } from '../../terminal/table.ts';

export async function renderRuleHealth(
  { terminal }: Context,
  { rows, incomplete }: RuleHealthView,
): Promise<void> {
  await terminal.table(COLUMNS, rows);
  terminal.line('');
  terminal.line(summary(rows));
  if (incomplete !== undefined) terminal.line(incomplete);
}

const STYLES = { live: 'yes', partly: 'unknown', blind: 'no', failed: 'no' } as const;

const COLUMNS: readonly Column<RuleHealth>[] = [
  {
    title: 'state',
    kind: 'whole',
    cell: ({ health: { state } }) => ({ text: state, style: STYLES[state] }),
  },
  { title: 'rule', kind: 'text', comfortable: 40, cell: ({ watcher }) => watcher.title },
  {
    title: 'since',
    kind: 'whole',
    cell: ({ health: { state, sinceMs } }) => {
      if (state === 'live') return undefined;
      return sinceMs === null ? 'ever' : timeText(sinceMs);
    },
  },
  {
    title: 'sees up to',
    kind: 'whole',
    fold: 3,
    cell: ({ health: { untilMs } }) => (untilMs === null ? undefined : timeText(untilMs)),
  },
  { title: 'findings', kind: 'number', cell: ({ findings }) => numberText(findings) },
  {
    title: 'throttled',
    kind: 'text',
    fold: 2,
    cell: ({ throttled }) => throttled.map(({ day }) => dayText(day)).join(', '),
  },
  {
    title: 'because',
    kind: 'text',
    comfortable: 30,
    cell: ({ health }) => health.because ?? undefined,
  },
  { title: 'id', kind: 'id', fold: 1, cell: ({ watcher }) => watcher.id },
];

function summary(rows: readonly RuleHealth[]): string {
  const aside = rows.filter(({ handedIn, health }) => handedIn && health.state !== 'live');
  const counted = rows.filter((row) => !aside.includes(row));
  const count = (state: RuleHealth['health']['state']): string =>
    numberText(counted.filter(({ health }) => health.state === state).length);
  const more =
    aside.length === 0
      ? ''
      : `; besides, ${numberText(aside.length)} looks at what no collector brings, as answers say`;
  return (
    `${numberText(counted.length)} rules and detectors: ${count('live')} live, ` +
    `${count('partly')} see only a part, ${count('blind')} blind, ${count('failed')} failed${more}`
  );
}
