import { numberText, plural, TENANT_NOT_STATED } from '@countersign/core';
import type { CoverageRow } from '../../store/rows/entry-rows.ts';
import type { Column } from '../terminal/table.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { timeText } from './time-text.ts';

type State = CoverageRow['state'];

/** Worst last, in the order of the conclusion. */
const INCOMPLETE: readonly State[] = ['late', 'lost', 'off', 'unknown'];

/** The conclusion, one row per interval, and each reason once at the end. */
export async function renderCoverage(
  terminal: Terminal,
  rows: readonly CoverageRow[],
): Promise<void> {
  if (rows.length === 0) return;
  const tenant = mostCommon(rows.map((row) => row.tenant));
  const reasons = [...new Set(rows.map(({ because }) => because))];
  const numberOf = ({ because }: CoverageRow): string => `[${reasons.indexOf(because) + 1}]`;
  const columns = columnsOf(rows, tenant, numberOf);
  terminal.paragraph(conclusionOf(rows));
  terminal.line();
  for (const [source, intervals] of Map.groupBy(rows, (row) => row.source)) {
    terminal.line({ text: source, style: 'strong' });
    await terminal.table(columns, intervals, 'omitted');
  }
  terminal.line();
  for (const [at, because] of reasons.entries()) {
    const label = `[${at + 1}]`;
    terminal.labeled(label, because, label.length + 1);
  }
}

function conclusionOf(rows: readonly CoverageRow[]): string {
  const isComplete = ({ state }: CoverageRow): boolean => !INCOMPLETE.includes(state);
  const complete = rows.filter(isComplete).length;
  const others = INCOMPLETE.flatMap((state) => {
    const count = rows.filter((row) => row.state === state).length;
    return count === 0 ? [] : [`${numberText(count)} ${state}`];
  });
  const found = `${numberText(complete)} of ${plural(rows.length, 'interval')} complete`;
  return `${[found, ...others].join(', ')}.`;
}

function mostCommon(texts: readonly string[]): string | undefined {
  const counts = [...Map.groupBy(texts, (text) => text)];
  return counts.sort(([, a], [, b]) => b.length - a.length)[0]?.[0];
}

/** The tenant column appears if rows differ from the most common tenant. */
function columnsOf(
  rows: readonly CoverageRow[],
  tenant: string | undefined,
  numberOf: (row: CoverageRow) => string,
): readonly Column<CoverageRow>[] {
  // The tables of all sources have the same widths.
  const width = Math.max(...rows.map(({ workload }) => (workload ?? '').length));
  return [
    { title: '', kind: 'whole', cell: () => ' ' },
    {
      title: 'state',
      kind: 'whole',
      cell: ({ state }) => ({ text: state, style: styleOf(state) }),
    },
    {
      title: 'workload',
      kind: 'text',
      fold: 4,
      cell: ({ workload }) => (workload ?? '').padEnd(width),
    },
    { title: '', kind: 'text', fold: 2, cell: ({ subject }) => subject ?? undefined },
    { title: 'from', kind: 'whole', cell: ({ fromMs }) => minuteText(fromMs) },
    { title: 'to', kind: 'whole', cell: ({ toMs }) => minuteText(toMs) },
    { title: '', kind: 'whole', fold: 3, cell: ({ bound }) => boundText(bound) },
    {
      title: '',
      kind: 'whole',
      fold: 1,
      cell: (row) => (row.tenant === tenant ? undefined : tenantText(row.tenant)),
    },
    { title: 'why', kind: 'whole', cell: numberOf },
  ];
}

function styleOf(state: State): 'yes' | 'no' | 'unknown' {
  if (!INCOMPLETE.includes(state)) return 'yes';
  return state === 'unknown' ? 'unknown' : 'no';
}

function boundText(bound: number | null): string {
  return bound === null ? '' : `loss ≤ ${(bound * 100).toFixed(2)} %`;
}

function tenantText(tenant: string): string {
  return tenant === TENANT_NOT_STATED ? 'tenant not stated' : `tenant ${tenant}`;
}

/** Without seconds, so that an interval and its workload fit into 80 columns. */
function minuteText(ms: number | null): string {
  return timeText(ms).slice(0, '2026-03-09 21:06'.length);
}
