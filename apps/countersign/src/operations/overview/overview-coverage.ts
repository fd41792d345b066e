import { isSpotSource } from '@countersign/coverage';
import { coverageItem } from '../../reports/coverage-item.ts';
import { ANY, type CoverageRow } from '../../store/rows/entry-rows.ts';
import type { Overview, OverviewSource } from './overview-item.ts';

const DAY_MS = 86_400_000;

/** A company has some tens; the page of the coverage has all. */
const SOURCES_MAX = 200;

/**
 * The last 24 hours of each source. Rows about one workload, mailbox or application are on the page
 * of the coverage.
 *
 * @param rows those of the tenant
 * @param toMs the end of the window
 */
export function overviewCoverage(rows: readonly CoverageRow[], toMs: number): Overview['coverage'] {
  const fromMs = toMs - DAY_MS;
  const whole = rows.filter(
    ({ subject, source, entries }) =>
      subject === null && source !== ANY && entries !== undefined && !isSpotSource(source),
  );
  const bySource = Map.groupBy(whole, ({ tenant, source }) => `${tenant}\n${source}`);
  const sources = [...bySource.values()]
    .map((own) => sourceOf(own, fromMs, toMs))
    .sort((a, b) => compare(a.source, b.source) || compare(a.tenant, b.tenant));
  return { from: isoOf(fromMs), to: isoOf(toMs), sources: sources.slice(0, SOURCES_MAX) };
}

function sourceOf(rows: readonly CoverageRow[], fromMs: number, toMs: number): OverviewSource {
  const [any] = rows as [CoverageRow];
  const segments = rows
    .filter((row) => (row.fromMs ?? -Infinity) < toMs && (row.toMs ?? Infinity) > fromMs)
    .map((row) => ({
      row,
      from: Math.max(row.fromMs ?? -Infinity, fromMs),
      to: Math.min(row.toMs ?? Infinity, toMs),
    }))
    .sort((a, b) => a.from - b.from || a.to - b.to);
  const last = segments.findLast(({ to }) => to >= toMs)?.row;
  return {
    tenant: any.tenant,
    source: any.source,
    state: last?.state ?? null,
    since: last === undefined ? null : coverageItem(last).from,
    because: last?.because ?? null,
    segments: segments.map(({ row, from, to }) => {
      const { state, because, entries } = coverageItem(row);
      return { from: isoOf(from), to: isoOf(to), state, because, entries: entries.slice(-3) };
    }),
  };
}

function isoOf(ms: number): string {
  return new Date(ms).toISOString();
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
