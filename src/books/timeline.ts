import type { DuckDBValue } from '@duckdb/node-api';
import { type Condition, conditionOf, type RowFilter } from './filter.ts';
import { TIMELINE_WINDOW_ROWS } from './limits.ts';
import type { LiveRows, Scope, Snapshot } from './live.ts';
import type { EventRow } from './row.ts';
import { ROW_COLUMNS, rowOf } from './row-reader.ts';

/**
 * The events of a filter in order: event time, then index. Memory stays bounded however many
 * there are, since they are read in windows of whole days, each sorted by itself.
 */
export async function* eventsInOrder(live: LiveRows, filter: RowFilter): AsyncGenerator<EventRow> {
  const days = await live.read((snapshot) => countByDay(snapshot, conditionOf(filter)));
  for (const window of windowsOf(days, filter))
    yield* eventsOfWindow(live, { ...filter, ...window });
}

type Day = { readonly startMs: number; readonly rows: number };

const DAY_MS = 86_400_000;

async function countByDay(snapshot: Snapshot, condition: Condition): Promise<Day[]> {
  const rows = await snapshot.rows({
    select: `epoch_ms(time_bucket(INTERVAL 1 DAY, time)) AS day, count(*)`,
    scope: condition.scope,
    rest: `${condition.where} GROUP BY day ORDER BY day`,
    values: condition.values,
  });
  return rows.map(([day, count]) => ({ startMs: Number(day), rows: Number(count) }));
}

/** As many days at a time as stay below the limit, and at least one. */
export function windowsOf(days: readonly Day[], scope: Scope): Scope[] {
  const windows: Scope[] = [];
  for (let i = 0; i < days.length; ) {
    const first = days[i] as Day;
    let rows = first.rows;
    let last = first;
    for (i++; i < days.length; i++) {
      const next = days[i] as Day;
      rows += next.rows;
      if (rows > TIMELINE_WINDOW_ROWS) break;
      last = next;
    }
    windows.push({
      fromMs: Math.max(first.startMs, scope.fromMs ?? first.startMs),
      toMs: Math.min(last.startMs + DAY_MS, scope.toMs ?? last.startMs + DAY_MS),
    });
  }
  return windows;
}

/** A compaction in the middle is met by going on behind the last event that was given out. */
async function* eventsOfWindow(live: LiveRows, filter: RowFilter): AsyncGenerator<EventRow> {
  let last: EventRow | undefined;
  for (let attempt = 0; ; attempt++) {
    try {
      const snapshot = await live.snapshot();
      for await (const rows of sorted(snapshot, filter)) {
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

function sorted(snapshot: Snapshot, filter: RowFilter): AsyncGenerator<DuckDBValue[][]> {
  const { where, values, scope } = conditionOf(filter);
  const rest = `${where} ORDER BY time, "index"`;
  return snapshot.stream({ select: ROW_COLUMNS, scope, rest, values });
}

function isBehind(row: EventRow, last: EventRow): boolean {
  const ms = row.event.timeMs - last.event.timeMs;
  return ms > 0 || (ms === 0 && row.index > last.index);
}
