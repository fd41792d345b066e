import type { Watermark } from '@countersign/core';
import type { Command as Parser } from 'commander';
import type { Reconciliation, VerdictList } from '../../reconcile/actions/action-reconciler.ts';
import type { DriftMatch } from '../../reconcile/directory-drift/drift-matcher.ts';
import type { StateReconciliation } from '../../reconcile/directory-drift/drift-reconciler.ts';
import { askStore, listExitCode, notYetIndexed, type Sources } from '../answers/open-readers.ts';
import { declarePeriod, type PeriodFlags, periodOf } from '../options/period-options.ts';
import type { BindCommand, CommandHandler, Context } from '../process/command-context.ts';
import { CliError } from '../process/errors.ts';
import type { ExitCode } from '../process/exit-code.ts';
import {
  STATE_CAUSE_COLUMNS,
  STATE_COLUMNS,
  stateCauseRows,
  stateItem,
  stateLines,
} from '../render/render-drift.ts';
import {
  CAUSE_COLUMNS,
  causeRows,
  curesOf,
  eventLines,
  residualLines,
  SHARE_COLUMNS,
  VERDICT_COLUMNS,
  verdictItem,
} from '../render/render-reconciliation.ts';

type ReconcileFlags = PeriodFlags & { readonly list?: true };

export function declareReconcile(program: Parser, bind: BindCommand): void {
  const parser = program
    .command('reconcile')
    .summary('each action against its authorization')
    .description(
      'Matches every action to the sign-in of its token, session or person, and the sign-in to ' +
        'its decision or check. An action without a match is unaccounted or unknown, with the ' +
        'cause. Also compares the directory with its audit events: permissions without an event, ' +
        'and events without an effect.',
    )
    .option(
      '--list',
      'list the actions that are not accounted for, and the differences of directory and events',
    );
  declarePeriod(parser).action(bind(reconcile));
}

const reconcile: CommandHandler<[flags: ReconcileFlags]> = async (context, flags) =>
  askStore(context, async (sources) => {
    const { authorisationsOf } = await import('../../reconcile/actions/authorization-source.ts');
    const { ActionReconciler } = await import('../../reconcile/actions/action-reconciler.ts');
    const { DriftReconciler } = await import('../../reconcile/directory-drift/drift-reconciler.ts');
    const { store, ledger, head } = sources;
    const period = { ...periodOf(flags), tenant: context.tenant };
    const coverage = store.coverage();
    const authorisations = await authorisationsOf(sources);
    await using reconciler = new ActionReconciler(store, { authorisations, coverage });
    const state = new DriftReconciler(store, ledger, coverage);
    const actions = await (flags.list === true
      ? printList(context, await reconciler.list(period), await state.list(period))
      : printTotals(
          context,
          await reconciler.totals(period),
          await state.totals(period),
          head.asOf,
        ));
    notYetIndexed(head);
    return worthOf(sources, period, actions);
  });

async function printTotals(
  context: Context,
  found: Reconciliation,
  state: StateReconciliation,
  asOf: Watermark,
): Promise<number> {
  const { terminal, json } = context;
  if (json) {
    terminal.document({ asOf, ...found, cures: curesOf(found), state });
    return found.actions;
  }
  await terminal.table(CAUSE_COLUMNS, causeRows(found));
  for (const line of eventLines(found)) terminal.line(line);
  terminal.line('');
  await terminal.table(SHARE_COLUMNS, found.joined);
  for (const line of residualLines(found)) terminal.line(line);
  for (const line of stateLines(state)) terminal.line(line);
  await terminal.table(STATE_CAUSE_COLUMNS, stateCauseRows(state));
  return found.actions;
}

async function printList(
  context: Context,
  { verdicts: found, isCut }: VerdictList,
  state: readonly DriftMatch[],
): Promise<number> {
  const { terminal, json } = context;
  if (json) await terminal.items([...found.map(verdictItem), ...state.map(stateItem)]);
  else {
    await terminal.table(VERDICT_COLUMNS, found);
    if (state.length > 0) {
      terminal.line('');
      await terminal.table(STATE_COLUMNS, state);
    }
  }
  if (isCut) {
    const text = `there are more than these ${found.length} actions: narrow with --from and --to`;
    throw new CliError('CANNOT_TELL', text);
  }
  return found.length;
}

/** Over a hole, and of nothing at all, no total is an answer. */
function worthOf(
  { store, head }: Sources,
  period: { fromMs: number | undefined; toMs: number | undefined; tenant: string | undefined },
  actions: number,
): ExitCode {
  const isAsked = period.fromMs !== undefined || period.toMs !== undefined;
  const { tenant } = period;
  const of = isAsked ? period : { ...store.collectedPeriod(tenant), tenant };
  const code = listExitCode(store.coverageOf(of, head).answer);
  if (actions === 0) throw new CliError('CANNOT_TELL', 'there is no action in the period');
  return code;
}
