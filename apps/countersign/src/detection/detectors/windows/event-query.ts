import type { DuckDBValue } from '@duckdb/node-api';
import { type CitedEvent, DAY_MS, type DetectionWindow } from './window-detector.ts';

/** Rows by the names of their columns. */
export type Row = Readonly<Record<string, DuckDBValue>>;

/**
 * Rows of a question over the events from `reachMs` before the period to its end. `sqlOf` gets the
 * events with `t` (milliseconds), `d` (the day, in milliseconds), `org` (the tenant as every
 * question reads it) and `net` (the network around the address) beside their columns. Of more rows
 * than `most` it gives the first, and says so to whoever asked for findings.
 */
export async function ask(
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
    // One more than is looked at tells whether there are more: as many as that, and nothing is cut.
    return most === undefined ? sqlOf(events) : `${sqlOf(events)} LIMIT ${most + 1}`;
  });
  if (most !== undefined && rows.length > most) onCut?.(most);
  return rows
    .slice(0, most)
    .map((row) => Object.fromEntries(columns.map((name, at) => [name, row[at] ?? null])));
}

/** The 256 addresses around one of IPv4, a provider's customer or so of IPv6. */
const NET = `regexp_replace(ip, '(\\.[0-9]+|(:[0-9a-f]*){1,4})$', '')`;

export function textOf(value: DuckDBValue | undefined): string | null {
  return typeof value === 'string' ? value : null;
}

export function numberOf(value: DuckDBValue | undefined): number {
  return Number(value ?? 0);
}

/** Texts as a list for IN; never empty, since SQL knows no empty list. */
export function listed(texts: Iterable<string>): string {
  const quoted = [...texts].map((text) => `'${text.replaceAll("'", "''")}'`);
  return quoted.length === 0 ? 'NULL' : quoted.join(', ');
}

/** Of a row with these columns, as {@link ask} gives it. */
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
