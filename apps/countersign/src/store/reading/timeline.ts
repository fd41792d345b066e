import type { DuckDBValue } from '@duckdb/node-api';
import { TIMELINE_FIRST_ROWS, TIMELINE_WINDOW_ROWS } from '../limits.ts';
import { UTC_TIME } from '../parquet/event-columns.ts';
import { ROW_COLUMNS, rowOf } from '../parquet/row-reader.ts';
import type { EventRow } from '../rows/event-row.ts';
import type { CurrentRows, Scope, Snapshot } from './current-rows.ts';
import { byActor, conditionOf, type RowFilter, whereOf } from './row-filter.ts';

/**
 * Yields the events of a filter by event time, then index.
 *
 * Windows of whole days, sorted one by one, bound the memory. A first query over a few columns
 * locates the events; then whole rows are read from the files that have some.
 */
export async function* eventsInOrder(
  live: CurrentRows,
  filter: RowFilter,
): AsyncGenerator<EventRow> {
  const { generation, counts } = await live.read((snapshot) => countRows(snapshot, filter));
  for (const { places, ...scope } of windowsOf(counts, filter)) {
    yield* eventsOfWindow(live, { ...filter, ...scope }, { generation, places });
  }
}

/** Where events are: one file and one actor key (null: the filter has no actor). */
export type EventLocation = { readonly path: string; readonly actor: string | null };

/** Number of events of one day in one location. */
export type PlaceCount = EventLocation & { readonly startMs: number; readonly rows: number };

export type Window = Scope & { readonly places: readonly EventLocation[] };

/** Locations, valid while the files are of this generation. */
type Places = { readonly generation: number; readonly places: readonly EventLocation[] };

const DAY_MS = 86_400_000;

async function countRows(
  snapshot: Snapshot,
  filter: RowFilter,
): Promise<{ generation: number; counts: PlaceCount[] }> {
  const { where, values, scope } = conditionOf(filter);
  const actor = filter.selection === undefined ? 'NULL' : 'actor';
  const rows = await snapshot.rows({
    select: `epoch_ms(time_bucket(INTERVAL 1 DAY, ${UTC_TIME})), filename, ${actor}, count(*)`,
    scope,
    rest: `${where} GROUP BY ALL ORDER BY ALL`,
    values,
  });
  const counts = rows.map(([day, path, key, count]) => ({
    startMs: Number(day),
    path: String(path),
    actor: key as string | null,
    rows: Number(count),
  }));
  return { generation: snapshot.generation, counts };
}

/**
 * Windows of as many days as fit the limit. A day that does not fit is cut into equal parts, and
 * the first of all parts into smaller ones.
 */
export function windowsOf(counts: readonly PlaceCount[], scope: Scope): Window[] {
  const days = [...Map.groupBy(counts, ({ startMs }) => startMs).values()];
  const rowsOf = (day: readonly PlaceCount[]): number => day.reduce((n, { rows }) => n + rows, 0);
  const windows: Window[] = [];
  let rowsMax = TIMELINE_FIRST_ROWS;
  for (let from = 0; from < days.length; ) {
    let to = from + 1;
    let rows = rowsOf(days[from] as PlaceCount[]);
    for (; to < days.length; to++) {
      rows += rowsOf(days[to] as PlaceCount[]);
      if (rows > rowsMax) break;
    }
    const places = days.slice(from, to).flat();
    const firstMs = (places[0] as PlaceCount).startMs;
    const endMs = (places.at(-1) as PlaceCount).startMs + DAY_MS;
    const fromMs = Math.max(firstMs, scope.fromMs ?? firstMs);
    const toMs = Math.min(endMs, scope.toMs ?? endMs);
    const parts = partsOf(rowsOf(places));
    const edgeMs = (part: number): number => fromMs + Math.floor(((toMs - fromMs) * part) / parts);
    const edges = Array.from({ length: parts + 1 }, (_, part) => edgeMs(part));
    if (windows.length === 0) edges.splice(1, 0, ...earlyEdges(edges, rowsOf(places) / parts));
    for (const [at, endsMs] of edges.slice(1).entries()) {
      windows.push({ fromMs: edges[at] as number, toMs: endsMs, places });
    }
    rowsMax = TIMELINE_WINDOW_ROWS;
    from = to;
  }
  return windows;
}

/** Cuts the first part in half until about as many rows are left as the first page needs. */
function earlyEdges([startMs = 0, endMs = 0]: readonly number[], rows: number): number[] {
  const edges: number[] = [];
  for (let spanMs = (endMs - startMs) / 2, left = rows; left > TIMELINE_FIRST_ROWS; left /= 2) {
    edges.unshift(startMs + Math.floor(spanMs));
    spanMs /= 2;
  }
  return edges.filter((edge) => edge > startMs && edge < endMs);
}

/** Most rows of a day lie in a quarter of it, the working hours. */
function partsOf(rows: number): number {
  return rows <= TIMELINE_WINDOW_ROWS ? 1 : Math.ceil((4 * rows) / TIMELINE_WINDOW_ROWS);
}

/** After a compaction, continues after the last event that was yielded. */
async function* eventsOfWindow(
  live: CurrentRows,
  filter: RowFilter,
  places: Places,
): AsyncGenerator<EventRow> {
  let last: EventRow | undefined;
  for (let attempt = 0; ; attempt++) {
    try {
      const snapshot = await live.snapshot();
      for await (const rows of sorted(snapshot, filter, places)) {
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

/** One scan per actor key, because DuckDB prunes by one value and hardly by a list. */
function sorted(
  snapshot: Snapshot,
  filter: RowFilter,
  { generation, places }: Places,
): AsyncGenerator<Iterable<DuckDBValue[]>> {
  const values: DuckDBValue[] = [];
  const { fromMs, toMs } = filter;
  // Rows may have moved since they were counted.
  const isCurrent = snapshot.generation === generation;
  const scans = byActor(filter).map(({ key, filter: one }) => {
    const of = places.filter(({ actor }) => actor === key).map(({ path }) => path);
    const scope = isCurrent ? { fromMs, toMs, paths: new Set(of) } : { fromMs, toMs };
    const where = whereOf(one, (value) => `$${values.push(value)}`);
    return `SELECT ${ROW_COLUMNS} FROM ${snapshot.source(scope)} WHERE ${where}`;
  });
  return snapshot.stream(`${scans.join(' UNION ALL ')} ORDER BY "time", "index"`, values);
}

function isBehind(row: EventRow, last: EventRow): boolean {
  const ms = row.event.timeMs - last.event.timeMs;
  return ms > 0 || (ms === 0 && row.index > last.index);
}
