import { resolve } from 'node:path';
import { numberText, plural } from '@countersign/core';
import type { Command as Parser } from 'commander';
import type { Backtest, BacktestOfRule } from '../../../detection/rules/backtest.ts';
import {
  askStore,
  listExitCode,
  notYetIndexed,
  reasonsText,
  type Sources,
} from '../../answers/open-readers.ts';
import { declarePeriod, type PeriodFlags, periodOf } from '../../options/period-options.ts';
import type { BindCommand, CommandHandler, Context } from '../../process/command-context.ts';
import { CliError, usage } from '../../process/errors.ts';
import type { ExitCode } from '../../process/exit-code.ts';
import type { Column } from '../../terminal/table.ts';

export function declareRulesBacktest(rules: Parser, bind: BindCommand): void {
  const parser = rules
    .command('backtest')
    .summary('what a rule would have found in the ledger')
    .description(
      'Asks the rules of a file or folder of the records of a period: how many fit on each day, ' +
        'which, what findings they would have made, and what asking costs. Nothing is written.',
    )
    .argument('<rule>', 'a file of Sigma rules, or a folder of such');
  declarePeriod(parser).action(bind(runBacktest));
}

const runBacktest: CommandHandler<[rule: string, flags: PeriodFlags]> = async (
  context,
  rule,
  flags,
) => {
  const { readRule } = await import('../../../operations/host/load-detectors.ts');
  const { problemText } = await import('@countersign/sigma');
  const { ruleContent } = await import('../../../detection/rules/rule-content.ts');
  const content = ruleContent(readRule(resolve(context.cwd, rule)));
  for (const problem of content.problems) context.terminal.note(problemText(problem));
  if (![...content.sayings.values()].some(({ alerts }) => alerts)) {
    throw usage(`there is no rule in ${rule} that could be asked`);
  }
  return askStore(context, async (sources) => {
    const { backtest } = await import('../../../detection/rules/backtest.ts');
    const period = periodOf(flags);
    const { tenant, clock } = context;
    const found = await backtest(content, sources, { ...period, tenant, clock });
    await print(context, found);
    notYetIndexed(sources.head);
    return worthOf(context, sources, period, found);
  });
};

async function print({ terminal, json }: Context, found: Backtest): Promise<void> {
  const { rules, records, erased, microseconds } = found;
  if (json) {
    await terminal.items(
      rules.map((of) => ({
        ...of,
        findings: of.findings.map(({ title, severity, tenant, group, entries }) => {
          return { title, severity, tenant, group, entries };
        }),
        ...{ records, erased, microsecondsPerRecord: microseconds },
      })),
    );
    return;
  }
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

/** What fits nothing was asked of what there is: it is worth what the coverage is worth. */
function worthOf(
  { tenant }: Context,
  { store, head }: Sources,
  asked: ReturnType<typeof periodOf>,
  { cut, records, erased }: Backtest,
): ExitCode {
  if (cut !== undefined) {
    throw new CliError('CANNOT_TELL', `${cut}: ask of a shorter time with --from and --to`);
  }
  if (records === 0) throw new CliError('CANNOT_TELL', 'there is no record in the period');
  const isAsked = asked.fromMs !== undefined || asked.toMs !== undefined;
  const period = isAsked ? asked : (store.collectedPeriod(tenant) ?? {});
  const { answer } = store.coverageOf({ ...period, tenant }, head);
  if (erased === 0) return listExitCode(answer);
  const text = `${plural(erased, 'record')} of the period were erased`;
  const because = answer.kind === 'unknown' ? answer.because : [];
  throw new CliError('CANNOT_TELL', reasonsText([{ code: 'erased', text }, ...because]));
}
