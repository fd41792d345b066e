import { listCoverage } from '../../../operations/reading/coverage.ts';
import type { CoverageRow } from '../../../store/rows/entry-rows.ts';
import { bindList } from '../../adapter/binding.ts';
import type { CliCommand } from '../../adapter/declare-command.ts';
import { timeText } from '../../render/time-text.ts';
import type { Column } from '../../terminal/table.ts';

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

function styleOf(state: CoverageRow['state']): 'yes' | 'no' | 'unknown' {
  if (state === 'collected' || state === 'corroborated') return 'yes';
  return state === 'unknown' ? 'unknown' : 'no';
}

function boundText(bound: number | null): string {
  return bound === null ? '' : `${(bound * 100).toFixed(2)} %`;
}

export const commands: readonly CliCommand[] = [
  {
    name: 'coverage',
    bindings: [
      bindList(listCoverage, { render: ({ terminal }, rows) => terminal.table(COLUMNS, rows) }),
    ],
  },
];
