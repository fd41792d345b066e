import { numberText } from '@countersign/core';
import {
  dayText,
  type RuleHealth,
  type RuleHealthView,
} from '../../../operations/detection/list-rule-health.ts';
import type { Context } from '../../process/command-context.ts';
import { timeText } from '../../render/time-text.ts';
import type { Column } from '../../terminal/table.ts';

/** The conclusion, then rules that see nothing or only a part, then the others. */
export async function renderRuleHealth(
  { terminal }: Context,
  { rows, incomplete }: RuleHealthView,
): Promise<void> {
  terminal.paragraph(`${summary(rows)}.`);
  if (incomplete !== undefined) terminal.paragraph(incomplete);
  const live = rows.filter(({ health }) => health.state === 'live');
  const others = ORDER.flatMap((state) => rows.filter(({ health }) => health.state === state));
  for (const [columns, those] of [
    [IMPAIRED, others],
    [LIVE, live],
  ] as const) {
    if (those.length === 0) continue;
    terminal.line();
    await terminal.table(columns, those);
  }
}

const ORDER = ['failed', 'blind', 'partial'] as const;
const STYLES = { live: 'yes', partial: 'unknown', blind: 'no', failed: 'no' } as const;

const STATE: Column<RuleHealth> = {
  title: 'state',
  kind: 'whole',
  cell: ({ health: { state } }) => ({ text: state, style: STYLES[state] }),
};

const RULE: Column<RuleHealth> = {
  title: 'rule',
  kind: 'text',
  comfortable: 22,
  cell: ({ profile }) => profile.title,
};

const COUNTS: readonly Column<RuleHealth>[] = [
  {
    title: 'throttled',
    kind: 'text',
    fold: 2,
    cell: ({ throttled }) => throttled.map(({ day }) => dayText(day)).join(', '),
  },
  { title: 'findings', kind: 'number', fold: 3, cell: ({ findings }) => numberText(findings) },
  { title: 'id', kind: 'id', fold: 1, cell: ({ profile }) => profile.id },
];

const IMPAIRED: readonly Column<RuleHealth>[] = [
  STATE,
  RULE,
  {
    title: 'since',
    kind: 'whole',
    fold: 4,
    cell: ({ health: { sinceMs } }) => (sinceMs === null ? 'ever' : timeText(sinceMs)),
  },
  {
    title: 'because',
    kind: 'text',
    comfortable: 30,
    cell: ({ health }) => health.because ?? undefined,
  },
  ...COUNTS,
];

const LIVE: readonly Column<RuleHealth>[] = [
  STATE,
  RULE,
  {
    title: 'sees up to',
    kind: 'whole',
    cell: ({ health: { untilMs } }) => (untilMs === null ? undefined : timeText(untilMs)),
  },
  ...COUNTS,
];

function summary(rows: readonly RuleHealth[]): string {
  const aside = rows.filter(({ handedIn, health }) => handedIn && health.state !== 'live');
  const counted = rows.filter((row) => !aside.includes(row));
  const count = (state: RuleHealth['health']['state']): string =>
    numberText(counted.filter(({ health }) => health.state === state).length);
  const more =
    aside.length === 0
      ? ''
      : `; ${numberText(aside.length)} more without any collector, which answers state`;
  return (
    `${numberText(counted.length)} rules and detectors: ${count('live')} live, ` +
    `${count('partial')} partial, ${count('blind')} blind, ${count('failed')} failed${more}`
  );
}
