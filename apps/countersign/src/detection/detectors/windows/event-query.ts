import type { DuckDBValue } from '@duckdb/node-api';
import { type CitedEvent, DAY_MS, type DetectionWindow } from './window-detector.ts';

/** Rows by column name. */
export type Row = Readonly<Record<string, DuckDBValue>>;

/**
 * Queries the events from `reachMs` before the period to its end.
 *
 * `sqlOf` receives the events with additional columns: `t` (milliseconds), `d` (the day in
 * milliseconds), `org` (the tenant as every question uses it) and `net` (the network of the
 * address). Beyond `most` rows the rest is cut and reported through `onCut`.
 */
export async function queryEvents(
  { store, period, onCut }: DetectionWindow,
  reachMs: number,
  columns: readonly string[],
  sqlOf: (events: string) => string,
  most?: number,
): Promise<Row[]> {
  const [fromMs, toMs] = [Math.trunc(period.fromMs - reachMs), Math.trunc(period.toMs)];
  const rows = await store.over({ fromMs, toMs }, (source) => {
    const events = `(SELECT *, epoch_ms("time") AS t,
      (epoch_ms("time") // ${DAY_MS}) * ${DAY_MS} AS d,
      ${store.tenantSql('tenant')} AS org, ${NET} AS net
      FROM ${source} WHERE "time" >= make_timestamp(${fromMs}::BIGINT * 1000)
        AND "time" < make_timestamp(${toMs}::BIGINT * 1000))`;
    // One row above the limit shows that there are more.
    return most === undefined ? sqlOf(events) : `${sqlOf(events)} LIMIT ${most + 1}`;
  });
  if (most !== undefined && rows.length > most) onCut?.(most);
  return rows
    .slice(0, most)
    .map((row) => Object.fromEntries(columns.map((name, at) => [name, row[at] ?? null])));
}

/** The 256 addresses around an IPv4 address, or about one customer of an IPv6 provider. */
const NET = `regexp_replace(ip, '(\\.[0-9]+|(:[0-9a-f]*){1,4})$', '')`;

export function textOf(value: DuckDBValue | undefined): string | null {
  return typeof value === 'string' ? value : null;
}

export function numberOf(value: DuckDBValue | undefined): number {
  return Number(value ?? 0);
}

/** Texts as an SQL list for IN. Never empty, because SQL has no empty list. */
export function sqlList(texts: Iterable<string>): string {
  const quoted = [...texts].map((text) => `'${text.replaceAll("'", "''")}'`);
  return quoted.length === 0 ? 'NULL' : quoted.join(', ');
}

/** Builds a cited event from a row of {@link queryEvents}. */
export function seenOf(row: Row): Required<CitedEvent> {
  return {
    index: numberOf(row['index']),
    atMs: numberOf(row['t']),
    actor: textOf(row['actor']),
    session: textOf(row['session']),
    app: textOf(row['app']),
    ip: textOf(row['ip']),
  };
}
