import { instantOfMs } from '@countersign/core';
import {
  WARM_DAYS_MIN as DAYS_MIN,
  HISTORY_MS,
  VOLUME_MIN,
  VOLUME_TIMES,
} from '../../detection/detectors/limits.ts';
import type { Selection } from '../../store/identity/principal-types.ts';
import type { Scope } from '../../store/reading/current-rows.ts';
import { conditionOf } from '../../store/reading/row-filter.ts';
import type { StoreReader } from '../../store/store-reader.ts';
import { takenSql, type VolumeKind } from '../../store/summaries/volumes.ts';

/** What a person took on the busiest day of a period, and on the days before it. */
export type UsualVolume = {
  readonly kind: VolumeKind;
  /** The start of the busiest day, UTC. */
  readonly day: string;
  readonly items: number;
  /** Days with a volume in the month before that day. */
  readonly days: number;
  /** On those days; null without one. */
  readonly median: number | null;
  readonly most: number | null;
  /** no: several times the busiest of those days, as detectors judge. */
  readonly answer: 'yes' | 'no' | 'unknown';
  /** Of unknown; null otherwise. */
  readonly because: string | null;
};

/** A network or device of a period. */
export type UsualPlace = {
  readonly value: string;
  readonly events: number;
  /** The first event with it that the store has, from a month before the period on. */
  readonly first: string;
  /** Null: it cannot be told, because too few days were seen before the period. */
  readonly isNew: boolean | null;
};

/** A period of a person compared with the month before. */
export type UsualActivity = {
  /** Days with activity of this person in the month before the period. */
  readonly days: number;
  /** Why nothing can be told about new networks and devices; null if it can. */
  readonly because: string | null;
  readonly volumes: readonly UsualVolume[];
  readonly networks: readonly UsualPlace[];
  readonly devices: readonly UsualPlace[];
};

const DAY_MS = 86_400_000;
/** A person with more networks roams; the most frequent ones are shown. */
const PLACES_MAX = 100;
const KINDS: readonly VolumeKind[] = ['mail', 'files'];

/**
 * Compares what a person did with what the store has of the month before.
 *
 * @param period.isWhole whether no record of the period is missing: else more may have been done
 */
export async function usualActivity(
  store: StoreReader,
  selection: Selection,
  period: Scope & { readonly isWhole: boolean },
): Promise<UsualActivity> {
  const { fromMs, toMs, isWhole } = period;
  const earlierMs = fromMs === undefined ? undefined : fromMs - HISTORY_MS;
  const { where, values, scope } = conditionOf({ selection, fromMs: earlierMs, toMs });
  const query = (sql: (source: string) => string) =>
    store.over(scope, (source) => sql(`${source} ${where}`), values);
  const volumes: UsualVolume[] = [];
  for (const kind of KINDS) {
    const rows = await query(
      (events) => `SELECT epoch_ms("time") // ${DAY_MS} AS d, sum(item_count) FROM ${events}
        AND ${takenSql(kind)} GROUP BY d ORDER BY d`,
    );
    const days = rows.map(([day, items]) => ({ day: Number(day), items: Number(items) }));
    volumes.push(...volumeOf(kind, days, { fromMs, isWhole }));
  }
  const startMs = fromMs ?? Number.NEGATIVE_INFINITY;
  const [[days] = []] = await query(
    (events) => `SELECT count(DISTINCT epoch_ms("time") // ${DAY_MS}) FROM ${events}
      AND epoch_ms("time") < ${sqlMs(startMs)}`,
  );
  const before = Number(days ?? 0);
  const because = unknownBecause(fromMs, before);
  const placesOf = async (column: string): Promise<UsualPlace[]> => {
    const rows = await query(
      (events) => `SELECT value, count(*) FILTER (t >= ${sqlMs(startMs)}) AS events, min(t)
        FROM (SELECT ${column} AS value, epoch_ms("time") AS t FROM ${events})
        WHERE value IS NOT NULL GROUP BY value HAVING events > 0
        ORDER BY events DESC, value LIMIT ${PLACES_MAX}`,
    );
    return rows.map(([value, events, firstMs]) => ({
      value: String(value),
      events: Number(events),
      first: instantOfMs(Number(firstMs)) ?? '',
      isNew: because === null ? Number(firstMs) >= startMs : null,
    }));
  };
  const networks = await placesOf('ip');
  const devices = await placesOf('coalesce(device_uid, user_agent, app_name, app_uid)');
  return { days: before, because, volumes, networks, devices };
}

function unknownBecause(fromMs: number | undefined, days: number): string | null {
  if (fromMs === undefined) {
    return 'the period has no start: choose one, to compare it with the month before';
  }
  if (days >= DAYS_MIN) return null;
  const had = days === 1 ? 'one day' : `${days} days`;
  return (
    `the store has ${had} of this person before the period, and fewer than ${DAYS_MIN} show no ` +
    'habit'
  );
}

type VolumeDay = { readonly day: number; readonly items: number };

/** The busiest day of the period, compared with the month before it. */
function volumeOf(
  kind: VolumeKind,
  days: readonly VolumeDay[],
  { fromMs, isWhole }: { readonly fromMs: number | undefined; readonly isWhole: boolean },
): UsualVolume[] {
  const within = days.filter(({ day }) => fromMs === undefined || (day + 1) * DAY_MS > fromMs);
  const [busiest] = within.toSorted((a, b) => b.items - a.items || a.day - b.day);
  if (busiest === undefined) return [];
  const items = days
    .filter(({ day }) => day < busiest.day && day >= busiest.day - HISTORY_MS / DAY_MS)
    .map((each) => each.items)
    .sort((a, b) => a - b);
  const most = items.at(-1) ?? null;
  return [
    {
      kind,
      day: instantOfMs(busiest.day * DAY_MS) ?? '',
      items: busiest.items,
      days: items.length,
      median: items[items.length >> 1] ?? null,
      most,
      ...comparison(busiest.items, { days: items.length, most, isWhole }),
    },
  ];
}

function comparison(
  items: number,
  usual: { readonly days: number; readonly most: number | null; readonly isWhole: boolean },
): Pick<UsualVolume, 'answer' | 'because'> {
  const { days, most, isWhole } = usual;
  if (days < DAYS_MIN || most === null) {
    const because = `fewer than ${DAYS_MIN} days of the month before have a volume`;
    return { answer: 'unknown', because };
  }
  if (items >= VOLUME_MIN && items > most * VOLUME_TIMES) return { answer: 'no', because: null };
  if (isWhole) return { answer: 'yes', because: null };
  const because = 'records of the period may be missing, so there may have been more';
  return { answer: 'unknown', because };
}

function sqlMs(ms: number): string {
  return Number.isFinite(ms) ? String(Math.trunc(ms)) : '-9007199254740991';
}
