import type { Command as Parser } from 'commander';
import type { CoverageRow } from '../../store/rows/entry-rows.ts';
import { askStore, notYetIndexed } from '../answers/open-readers.ts';
import type { BindCommand, CommandHandler } from '../process/command-context.ts';
import { CliError } from '../process/errors.ts';
import { EXIT } from '../process/exit-code.ts';
import { timeText } from '../render/time-text.ts';
import type { Column } from '../terminal/table.ts';

export function declareCoverage(program: Parser, bind: BindCommand): void {
  program
    .command('coverage')
    .summary('what we have, and what we do not')
    .description(
      'Lists, per source and interval, what is known of the completeness of its records.',
    )
    .action(bind(coverage));
}

const COLUMNS: readonly Column<CoverageRow>[] = [
  { title: 'state', kind: 'whole', cell: ({ state }) => ({ text: state, style: styleOf(state) }) },
  { title: 'source', kind: 'text', comfortable: 29, cell: ({ source }) => source },
  {
    title: 'workload',
    kind: 'text',
    fold: 4,
    comfortable: 10,
    cell: ({ workload }) => workload ?? undefined,
  },
  { title: 'subject', kind: 'text', fold: 2, cell: ({ subject }) => subject ?? undefined },
  { title: 'from', kind: 'whole', cell: ({ fromMs }) => timeText(fromMs) },
  { title: 'to', kind: 'whole', cell: ({ toMs }) => timeText(toMs) },
  { title: 'loss at most', kind: 'number', fold: 5, cell: ({ bound }) => boundText(bound) },
  { title: 'tenant', kind: 'whole', fold: 3, cell: ({ tenant }) => tenant },
  { title: 'because', kind: 'text', fold: 1, comfortable: 30, cell: ({ because }) => because },
];

const coverage: CommandHandler = async (context) =>
  askStore(context, async ({ store, head }) => {
    const { ANY } = await import('../../store/rows/entry-rows.ts');
    const { coverageItem } = await import('../../reports/coverage-item.ts');
    const { tenant, terminal } = context;
    const facts = store.coverage().filter((fact) => {
      return tenant === undefined || fact.tenant === ANY || fact.tenant === tenant;
    });
    if (context.json) await terminal.items(facts.map(coverageItem));
    else await terminal.table(COLUMNS, facts);
    notYetIndexed(head);
    if (facts.length > 0) return EXIT.done;
    throw new CliError('CANNOT_TELL', 'nothing in the ledger says which interval it covers');
  });

function styleOf(state: CoverageRow['state']): 'yes' | 'no' | 'unknown' {
  if (state === 'collected' || state === 'corroborated') return 'yes';
  return state === 'unknown' ? 'unknown' : 'no';
}

function boundText(bound: number | null): string {
  return bound === null ? '' : `${(bound * 100).toFixed(2)} %`;
}
