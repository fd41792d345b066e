import { ANY } from '../../store/rows/entry-rows.ts';
import type { StoreReader } from '../../store/store-reader.ts';
import type { OverviewPeriod } from './overview-period.ts';

const DAY_MS = 86_400_000;

/** The age of records on arrival, as the 99th percentile. Null: no collector delivered any. */
export type ArrivalDelays = {
  readonly p99Ms: number | null;
  readonly days: readonly { readonly day: string; readonly p99Ms: number }[];
};

/**
 * How long records took from their event to the ledger, by the day of the event.
 *
 * Only sources of collectors count: a file has no delay. Records from before the first arrival of
 * their source are history that a collector fetched when it started, so they do not count either.
 */
export async function arrivalDelays(
  store: StoreReader,
  { fromMs, toMs, tenant }: OverviewPeriod,
): Promise<ArrivalDelays> {
  const collected = new Set(
    store
      .coverage()
      .filter(({ entries, source }) => entries !== undefined && source !== ANY)
      .map(({ source }) => source),
  );
  if (collected.size === 0) return { p99Ms: null, days: [] };
  const sources = [...collected];
  const marks = sources.map((_, at) => `$${at + 1}`).join(', ');
  const isTenant =
    tenant === undefined ? '' : ` AND ${store.tenantSql('tenant')} = $${sources.length + 1}`;
  const rows = await store.over(
    { fromMs, toMs },
    (from) => `WITH arrived AS (
        SELECT source, epoch_ms(seen) AS seen, epoch_ms("time") AS happened FROM ${from}
        WHERE source IN (${marks})${isTenant}),
      began AS (SELECT source, min(seen) AS first FROM arrived GROUP BY source)
      SELECT happened // ${DAY_MS} AS day,
        approx_quantile(greatest(seen - happened, 0), 0.99)
      FROM arrived JOIN began USING (source)
      WHERE happened >= first AND happened >= ${fromMs} AND happened < ${toMs}
      GROUP BY GROUPING SETS ((day), ()) HAVING count(*) > 0 ORDER BY day`,
    [...sources, ...(tenant === undefined ? [] : [tenant])],
  );
  const whole = rows.find(([day]) => day === null);
  return {
    p99Ms: whole === undefined ? null : Math.round(Number(whole[1])),
    days: rows
      .filter(([day]) => day !== null)
      .map(([day, p99]) => ({
        day: new Date(Number(day) * DAY_MS).toISOString().slice(0, 10),
        p99Ms: Math.round(Number(p99)),
      })),
  };
}
