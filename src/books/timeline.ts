import type { DuckDBValue } from '@duckdb/node-api';
import { conditionOf, type RowFilter } from './filter.ts';
import { TIMELINE_WINDOW_ROWS } from './limits.ts';
import type { LiveRows, Scope, Snapshot } from './live.ts';
import type { EventRow } from './row.ts';
import { ROW_COLUMNS, rowOf } from './row-reader.ts';

/**
 * The events of a filter in order: event time, then index. Memory stays bounded however many
 * there are, since they are read in windows of whole days, each sorted by itself. Where they are
 * is asked first, of a few columns: whole rows are then read from the files that have some.
 */
export async function* eventsInOrder(live: LiveRows, filter: RowFilter): AsyncGenerator<EventRow> {
  const { generation, days } = await live.read((snapshot) => countByDay(snapshot, filter));
  for (const { paths, ...scope } of windowsOf(days, filter)) {
    yield* eventsOfWindow(live, { ...filter, ...scope }, { generation, paths });
  }
}

/** How many events of one day stand in one file. */
export type DayCount = { readonly startMs: number; readonly path: string; readonly rows: number };

export type Window = Scope & { readonly paths: ReadonlySet<string> };

/** The files that hold a window's events, as long as the files are those of this generation. */
type Place = { readonly generation: number; readonly paths: ReadonlySet<string> };

const DAY_MS = 86_400_000;

async function countByDay(
  snapshot: Snapshot,
  filter: RowFilter,
): Promise<{ generation: number; days: DayCount[] }> {
  const { where, values, scope } = conditionOf(filter);
  const rows = await snapshot.rows({
    select: 'epoch_ms(time_bucket(INTERVAL 1 DAY, time)) AS day, filename, count(*)',
    scope,
    rest: `${where} GROUP BY day, filename ORDER BY day, filename`,
    values,
  });
  const days = rows.map(([day, path, count]) => ({
    startMs: Number(day),
    path: String(path),
    rows: Number(count),
  }));
  return { generation: snapshot.generation, days };
}

/** As many days at a time as stay below the limit, and at least one. */
export function windowsOf(counts: readonly DayCount[], scope: Scope): Window[] {
  const days = [...Map.groupBy(counts, ({ startMs }) => startMs)];
  const rowsOf = (day: readonly DayCount[]): number => day.reduce((sum, { rows }) => sum + rows, 0);
  const windows: Window[] = [];
  for (let from = 0; from < days.length; ) {
    let to = from + 1;
    let rows = rowsOf((days[from] as (typeof days)[number])[1]);
    for (; to < days.length; to++) {
      rows += rowsOf((days[to] as (typeof days)[number])[1]);
      if (rows > TIMELINE_WINDOW_ROWS) break;
    }
    const some = days.slice(from, to);
    const [firstMs] = some[0] as (typeof days)[number];
    const [lastMs] = some.at(-1) as (typeof days)[number];
    windows.push({
      fromMs: Math.max(firstMs, scope.fromMs ?? firstMs),
      toMs: Math.min(lastMs + DAY_MS, scope.toMs ?? lastMs + DAY_MS),
      paths: new Set(some.flatMap(([, day]) => day.map(({ path }) => path))),
    });
    from = to;
  }
  return windows;
}

/** A compaction in the middle is met by going on behind the last event that was given out. */
async function* eventsOfWindow(
  live: LiveRows,
  filter: RowFilter,
  place: Place,
): AsyncGenerator<EventRow> {
  let last: EventRow | undefined;
  for (let attempt = 0; ; attempt++) {
    try {
      const snapshot = await live.snapshot();
      for await (const rows of sorted(snapshot, filter, place)) {
        for (const values of rows) {
          const row = rowOf(values);
          if (last !== undefined && !isBehind(row, last)) continue;
          last = row;
          yield row;
        }
      }
      return;
    } catch (cause) {
      live.retryOrThrow(cause, attempt);
    }
  }
}

function sorted(
  snapshot: Snapshot,
  filter: RowFilter,
  { generation, paths }: Place,
): AsyncGenerator<DuckDBValue[][]> {
  const { where, values, scope } = conditionOf(filter);
  const rest = `${where} ORDER BY time, "index"`;
  // Rows may have moved since they were counted.
  const within = snapshot.generation === generation ? { ...scope, paths } : scope;
  return snapshot.stream({ select: ROW_COLUMNS, scope: within, rest, values });
}

function isBehind(row: EventRow, last: EventRow): boolean {
  const ms = row.event.timeMs - last.event.timeMs;
  return ms > 0 || (ms === 0 && row.index > last.index);
}
