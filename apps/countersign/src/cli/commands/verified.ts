import { numberText } from '@countersign/core';
import type { Command as Parser } from 'commander';
import type { VerifiedCount } from '../../store/reading/verification-report.ts';
import { askStore, listExitCode, notYetIndexed } from '../answers/open-readers.ts';
import { declarePeriod, type PeriodFlags, periodOf } from '../options/period-options.ts';
import type { BindCommand, CommandHandler } from '../process/command-context.ts';
import type { Column } from '../terminal/table.ts';

export function declareVerified(program: Parser, bind: BindCommand): void {
  const parser = program
    .command('verified')
    .summary('sign-ins by flow: decided, checked, unverified by cause')
    .description(
      'Counts the sign-ins of a period: decided at a door of ours before, checked by the same ' +
        'policies after, or unverified, by cause; the three together are all sign-ins. ' +
        'Disagreements were let in, and policy would not have. Exits 3 where sign-ins may be ' +
        'missing.',
    );
  declarePeriod(parser).action(bind(verified));
}

const verified: CommandHandler<[flags: PeriodFlags]> = async (context, flags) =>
  askStore(context, async ({ store, head }) => {
    const { tenant, terminal } = context;
    const { flows, coverage, ...rest } = await store.access.verified(
      { ...periodOf(flags), tenant },
      head,
    );
    if (context.json) terminal.document({ asOf: head.asOf, ...rest, flows });
    else {
      const { decided, checked, unverified, disagreements } = rest;
      const total = { decided, checked, unverified, disagreements };
      const lines = Object.entries(flows).map(([flow, count]): Line => ({ flow, ...count }));
      await terminal.table(COLUMNS, [...lines, { flow: 'all', ...total }]);
    }
    notYetIndexed(head);
    return listExitCode(coverage);
  });

type Line = VerifiedCount & { readonly flow: string };

const COLUMNS: readonly Column<Line>[] = [
  { title: 'flow', kind: 'whole', cell: ({ flow }) => flow },
  { title: 'decided', kind: 'number', cell: ({ decided }) => numberText(decided) },
  { title: 'checked', kind: 'number', cell: ({ checked }) => numberText(checked) },
  {
    title: 'unverified',
    kind: 'number',
    cell: ({ unverified }) => numberText(sum(Object.values(unverified))),
  },
  {
    title: 'disagree',
    kind: 'number',
    cell: ({ disagreements }) => {
      const text = numberText(disagreements);
      return disagreements === 0 ? text : { text, style: 'no' };
    },
  },
  {
    title: 'unverified because',
    kind: 'text',
    comfortable: 30,
    cell: ({ unverified }) =>
      Object.entries(unverified)
        .map(([cause, count]) => `${cause} (${numberText(count)})`)
        .join('; '),
  },
];

function sum(counts: readonly number[]): number {
  return counts.reduce((a, b) => a + b, 0);
}
