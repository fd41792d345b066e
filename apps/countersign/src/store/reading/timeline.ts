import type { DuckDBValue } from '@duckdb/node-api';
import { TIMELINE_FIRST_ROWS, TIMELINE_WINDOW_ROWS } from '../limits.ts';
import { UTC_TIME } from '../parquet/event-columns.ts';
import { ROW_JSON, rowOf } from '../parquet/row-reader.ts';
import type { EventRow } from '../rows/event-row.ts';
import type { ListedFile } from '../sqlite/state-database.ts';
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
  let rest = filter;
  for (const rows of isBroad(filter) ? TIMELINE_FIRST_ROWS : []) {
    const toMs = await live.read((snapshot) => endOfFirst(snapshot, rest, rows));
    yield* eventsOfWindow(live, toMs === undefined ? rest : { ...rest, toMs }, ANY_PLACE);
    if (toMs === undefined) return;
    rest = { ...rest, fromMs: toMs };
  }
  const { generation, counts } = await live.read((snapshot) => countRows(snapshot, rest));
  for (const { places, ...scope } of windowsOf(counts, rest)) {
    yield* eventsOfWindow(live, { ...rest, ...scope }, { generation, places });
  }
}

/** Whether most events of the period match, so that the first of them are found without a scan. */
function isBroad({ fromMs, toMs, tenants, classes, ...narrow }: RowFilter): boolean {
  return Object.values(narrow).every((condition) => condition === undefined);
}

/** The time before which there are about as many events; undefined if there are no more. */
async function endOfFirst(
  snapshot: Snapshot,
  filter: RowFilter,
  rows: number,
): Promise<number | undefined> {
  for (const toMs of reachesOf(snapshot.files, filter, rows)) {
    const { where, values, scope } = conditionOf({ ...filter, toMs });
    const [found] = await snapshot.rows({
      select: `epoch_ms("time")`,
      scope,
      rest: `${where} ORDER BY "time" LIMIT 1 OFFSET ${rows}`,
      values,
    });
    if (found !== undefined) return Number(found[0]) + 1;
  }
  return undefined;
}

/**
 * The ends of periods in which to look for more than `rows` events, without opening later files.
 *
 * The first has at least that many rows in whole files, superseded and filtered ones included. Each
 * next one has several times as many, and the last is the filter's own.
 */
export function* reachesOf(
  files: readonly Pick<ListedFile, 'rows' | 'minTimeMs' | 'maxTimeMs'>[],
  { fromMs = Number.NEGATIVE_INFINITY, toMs }: Scope,
  rows: number,
): Generator<number | undefined> {
  const endMs = toMs ?? Number.POSITIVE_INFINITY;
  const within = files
    .filter(({ minTimeMs, maxTimeMs }) => minTimeMs < endMs && maxTimeMs >= fromMs)
    .sort((a, b) => a.maxTimeMs - b.maxTimeMs);
  let [sum, enough] = [0, rows];
  for (const { rows: more, maxTimeMs } of within.slice(0, -1)) {
    if (maxTimeMs + 1 >= endMs) break;
    sum += more;
    if (sum <= enough) continue;
    yield maxTimeMs + 1;
    enough = REACH_TIMES * sum;
  }
  yield toMs;
}

/** Looking again in four times as many rows adds at most a third to a search through all. */
const REACH_TIMES = 4;

/** Where events are: one file and one actor key (null: the filter has no actor). */
export type EventLocation = { readonly path: string; readonly actor: string | null };

/** Number of events of one day in one location. */
export type PlaceCount = EventLocation & { readonly startMs: number; readonly rows: number };

export type Window = Scope & { readonly places: readonly EventLocation[] };

/** Locations, valid while the files are of this generation. */
type Places = { readonly generation: number; readonly places: readonly EventLocation[] };

/** Events may be in any file. No generation has this number. */
const ANY_PLACE: Places = { generation: -1, places: [] };

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

/** Windows of as many days as fit the limit. A day that does not fit is cut into equal parts. */
export function windowsOf(counts: readonly PlaceCount[], scope: Scope): Window[] {
  const days = [...Map.groupBy(counts, ({ startMs }) => startMs).values()];
  const rowsOf = (day: readonly PlaceCount[]): number => day.reduce((n, { rows }) => n + rows, 0);
  const windows: Window[] = [];
  for (let from = 0; from < days.length; ) {
    let to = from + 1;
    let rows = rowsOf(days[from] as PlaceCount[]);
    for (; to < days.length; to++) {
      rows += rowsOf(days[to] as PlaceCount[]);
      if (rows > TIMELINE_WINDOW_ROWS) break;
    }
    const places = days.slice(from, to).flat();
    const firstMs = (places[0] as PlaceCount).startMs;
    const endMs = (places.at(-1) as PlaceCount).startMs + DAY_MS;
    const fromMs = Math.max(firstMs, scope.fromMs ?? firstMs);
    const toMs = Math.min(endMs, scope.toMs ?? endMs);
    const parts = partsOf(rowsOf(places));
    const edgeMs = (part: number): number => fromMs + Math.floor(((toMs - fromMs) * part) / parts);
    for (let part = 0; part < parts; part++) {
      windows.push({ fromMs: edgeMs(part), toMs: edgeMs(part + 1), places });
    }
    from = to;
  }
  return windows;
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
        for (const [json] of rows) {
          const row = rowOf(json as string);
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
    return `SELECT ${ROW_JSON} AS json, "time", "index"
      FROM ${snapshot.source(scope)} WHERE ${where}`;
  });
  const all = scans.join(' UNION ALL ');
  return snapshot.stream(`SELECT json FROM (${all}) ORDER BY "time", "index"`, values);
}

function isBehind(row: EventRow, last: EventRow): boolean {
  const ms = row.event.timeMs - last.event.timeMs;
  return ms > 0 || (ms === 0 && row.index > last.index);
}
