import type { Command as Parser } from 'commander';
import type { Reconciliation, VerdictList } from '../../reconcile/index.ts';
import type { Bind, Command, Context } from '../context.ts';
import { CliError } from '../errors.ts';
import type { ExitCode } from '../exit-code.ts';
import { declarePeriod, type PeriodFlags, periodOf } from '../period.ts';
import {
  CAUSE_COLUMNS,
  causeRows,
  residualLines,
  SHARE_COLUMNS,
  VERDICT_COLUMNS,
  verdictItem,
} from '../present/reconcile.ts';
import { askBooks, notYetIndexed, type Sources, worth } from '../question.ts';

type ReconcileFlags = PeriodFlags & { readonly list?: true };

export function declareReconcile(program: Parser, bind: Bind): void {
  const parser = program
    .command('reconcile')
    .summary('each action against its authorisation')
    .description(
      'Ties every action to the sign-in of its token, its session or its person, and that to the ' +
        'decision or check behind it. What has none is unaccounted, with the cause, or cannot be ' +
        'told, with the cause.',
    )
    .option('--list', 'the actions themselves that are not accounted for');
  declarePeriod(parser).action(bind(reconcile));
}

const reconcile: Command<[flags: ReconcileFlags]> = async (context, flags) =>
  askBooks(context, async (sources) => {
    const { authorisationsOf } = await import('../../pipeline/index.ts');
    const { Reconciler } = await import('../../reconcile/index.ts');
    const { books, head } = sources;
    const period = { ...periodOf(flags), tenant: context.tenant };
    const reconciler = new Reconciler(books, {
      authorisations: await authorisationsOf(sources),
      coverage: books.coverage(),
    });
    const actions = await (flags.list === true
      ? printList(context, await reconciler.list(period))
      : printTotals(context, await reconciler.totals(period)));
    notYetIndexed(books, head);
    return worthOf(sources, period, actions);
  });

async function printTotals(context: Context, found: Reconciliation): Promise<number> {
  const { terminal, json } = context;
  if (json) {
    terminal.document(found);
    return found.actions;
  }
  await terminal.table(CAUSE_COLUMNS, causeRows(found));
  terminal.line('');
  await terminal.table(SHARE_COLUMNS, found.joined);
  for (const line of residualLines(found)) terminal.line(line);
  return found.actions;
}

async function printList(
  context: Context,
  { verdicts: found, isCut }: VerdictList,
): Promise<number> {
  const { terminal, json } = context;
  if (json) await terminal.items(found.map(verdictItem));
  else await terminal.table(VERDICT_COLUMNS, found);
  if (isCut) {
    const text = `there are more than these ${found.length} actions: narrow with --from and --to`;
    throw new CliError('CANNOT_TELL', text);
  }
  return found.length;
}

/** Over a hole, and of nothing at all, no total is an answer. */
function worthOf(
  { books, head }: Sources,
  period: { fromMs: number | undefined; toMs: number | undefined; tenant: string | undefined },
  actions: number,
): ExitCode {
  const isAsked = period.fromMs !== undefined || period.toMs !== undefined;
  const { tenant } = period;
  const of = isAsked ? period : { ...books.collectedPeriod(tenant), tenant };
  const code = worth(books.coverageOf(of, head).answer);
  if (actions === 0) throw new CliError('CANNOT_TELL', 'there is no action in the period');
  return code;
}
