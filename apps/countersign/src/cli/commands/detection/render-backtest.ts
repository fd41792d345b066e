import { numberText, plural } from '@countersign/core';
import type { Backtest, BacktestOfRule } from '../../../detection/rules/backtest.ts';
import type { Context } from '../../process/command-context.ts';
import type { Column } from '../../terminal/table.ts';

export async function renderBacktest(
  { terminal }: Context,
  { rules, records, erased, microseconds }: Backtest,
): Promise<void> {
  await terminal.table(COLUMNS, rules);
  terminal.line('');
  terminal.line(
    `${plural(records, 'record')} looked at, ${numberText(erased)} of them erased; matching took ` +
      `${microseconds} µs a record`,
  );
}

const DAYS_SHOWN = 7;

const COLUMNS: readonly Column<BacktestOfRule>[] = [
  { title: 'rule', kind: 'text', comfortable: 30, cell: ({ title }) => title },
  { title: 'matches', kind: 'number', cell: ({ matches }) => numberText(matches) },
  { title: 'findings', kind: 'number', cell: ({ findings }) => numberText(findings.length) },
  { title: 'days', kind: 'text', comfortable: 30, cell: daysText },
  {
    title: 'entries',
    kind: 'text',
    fold: 2,
    comfortable: 20,
    cell: ({ entries }) => entries.slice(0, DAYS_SHOWN).join(', '),
  },
  {
    title: 'throttled',
    kind: 'text',
    fold: 1,
    cell: ({ throttled }) => ({ text: throttled.join(', '), style: 'no' }),
  },
];

function daysText({ days }: BacktestOfRule): string {
  const shown = days.slice(0, DAYS_SHOWN).map(({ day, matches }) => `${day}: ${matches}`);
  const left = days.length - shown.length;
  return [...shown, ...(left > 0 ? [`${left} more days`] : [])].join(', ');
}
