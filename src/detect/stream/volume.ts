import { type FindingDraft, numberText, plural } from '../../core/index.ts';
import {
  DAY_MS,
  draftFrom,
  isWithin,
  type Seen,
  type StreamDetector,
  type StreamScene,
} from './detector.ts';
import {
  CANDIDATES_LOOKED_AT_MAX,
  HISTORY_MS,
  VOLUME_MIN,
  VOLUME_RARE,
  VOLUME_SHOWN_MAX,
  VOLUME_TIMES,
  WARM_DAYS_MIN,
} from './limits.ts';
import { ask, listed, numberOf, type Row, seenOf, textOf } from './sql.ts';

type Kind = 'mail' | 'files';

const KIND = `CASE WHEN operation = 'MailItemsAccessed' THEN 'mail'
  WHEN operation IN ('FileDownloaded', 'FileSyncDownloadedFull') THEN 'files' END`;

/**
 * Somebody takes several times what they ever took in a day. Compared with themselves: what a
 * lawyer reads in a day would be a theft elsewhere. But weeks away or a new post make a day that
 * is like those of colleagues look large: so it warns only if hardly anybody takes so much. That it
 * was taken where the person never was is no second sign: whoever comes back is elsewhere, too.
 */
export const volume: StreamDetector = {
  rules: ['stream/volume'],
  title: 'Somebody took far more in a day than in any other day of theirs',
  needs: ['exchange', 'sharepoint'],
  find: async (scene) => {
    const days = await daysOf(scene);
    const people = Map.groupBy(days, ({ tenant, who, kind }) => `${tenant} ${kind} ${who}`);
    const unusual = [...people.values()].flatMap((own) => unusualOf(scene, own));
    const ranges = await companyRanges(scene, unusual);
    return Promise.all(unusual.map((one) => draftOf(scene, one, ranges)));
  },
};

type Taken = Seen & {
  readonly tenant: string;
  readonly kind: Kind;
  readonly who: string;
  readonly name: string | null;
  readonly day: number;
  readonly items: number;
};

/** What each person took in each day. */
function daysSql(events: string): string {
  return `SELECT min("index") AS "index", org, kind, who, any_value(actor) AS actor,
      any_value(actor_name) AS name, d, min(t) AS t, sum(item_count) AS items
    FROM (SELECT *, ${KIND} AS kind, coalesce(actor_uid, lower(actor_name)) AS who
      FROM ${events} WHERE status_id <> 2 AND actor_type <> 3)
    WHERE kind IS NOT NULL AND who IS NOT NULL GROUP BY org, kind, who, d`;
}

/** The days of all who had one of so many items in the period. */
async function daysOf(scene: StreamScene): Promise<Taken[]> {
  const rows = await ask(
    scene,
    HISTORY_MS,
    ['index', 'org', 'kind', 'who', 'actor', 'name', 'd', 't', 'items'],
    (events) => `WITH v AS (${daysSql(events)}),
      much AS (SELECT DISTINCT org, kind, who FROM v
        WHERE items >= ${VOLUME_MIN} AND d >= ${Math.trunc(scene.period.fromMs)})
      SELECT v.* FROM v SEMI JOIN much ON much.org = v.org AND much.kind = v.kind
        AND much.who = v.who
      ORDER BY v.d, v."index"`,
    CANDIDATES_LOOKED_AT_MAX * 30,
  );
  return rows.map(takenOf);
}

function takenOf(row: Row): Taken {
  return {
    index: numberOf(row['index']),
    atMs: numberOf(row['t']),
    tenant: String(row['org']),
    kind: row['kind'] as Kind,
    who: textOf(row['who']) ?? '',
    actor: textOf(row['actor']),
    name: textOf(row['name']),
    day: numberOf(row['d']),
    items: numberOf(row['items']),
  };
}

type Unusual = { readonly day: Taken; readonly most: number; readonly days: number };

function unusualOf(scene: StreamScene, own: readonly Taken[]): Unusual[] {
  return own.flatMap((day): Unusual[] => {
    if (!isWithin(scene, day.atMs) || day.items < VOLUME_MIN) return [];
    const before = own.filter((other) => other.day < day.day && other.day >= day.day - HISTORY_MS);
    // Of somebody new nothing is known to compare with.
    if (before.length < WARM_DAYS_MIN) return [];
    const most = Math.max(...before.map(({ items }) => items));
    return day.items > most * VOLUME_TIMES ? [{ day, most, days: before.length }] : [];
  });
}

const rangeKey = ({ tenant, kind, day }: Pick<Taken, 'tenant' | 'kind' | 'day'>): string =>
  `${tenant} ${kind} ${day}`;

/** What hardly anybody of the tenant took in a day of the month before, for each of these days. */
async function companyRanges(
  scene: StreamScene,
  unusual: readonly Unusual[],
): Promise<ReadonlyMap<string, number>> {
  if (unusual.length === 0) return new Map();
  const rows = await ask(
    scene,
    HISTORY_MS,
    ['org', 'kind', 'd', 'items', 'people'],
    // Below the least that is unusual no difference matters, and most people are below it.
    (events) => `SELECT org, kind, d, if(items < ${VOLUME_MIN}, 0, items), count(*)
      FROM (${daysSql(events)}) GROUP BY ALL`,
  );
  const days = rows.map((row) => ({
    tenant: String(row['org']),
    kind: row['kind'] as Kind,
    day: numberOf(row['d']),
    items: numberOf(row['items']),
    people: numberOf(row['people']),
  }));
  const asked = new Map(unusual.map(({ day }) => [rangeKey(day), day]));
  return new Map(
    [...asked].map(([key, { tenant, kind, day }]) => {
      const before = days.filter((one) => {
        const isOf = one.tenant === tenant && one.kind === kind;
        return isOf && one.day < day && one.day >= day - HISTORY_MS;
      });
      return [key, rareFrom(before)];
    }),
  );
}

type Share = { readonly items: number; readonly people: number };

/** More than this takes at most {@link VOLUME_RARE} of them. */
function rareFrom(days: readonly Share[]): number {
  let left = Math.floor(days.reduce((sum, { people }) => sum + people, 0) * VOLUME_RARE);
  for (const { items, people } of days.toSorted((a, b) => b.items - a.items)) {
    if (people > left) return items;
    left -= people;
  }
  return 0;
}

async function draftOf(
  scene: StreamScene,
  { day, most, days }: Unusual,
  ranges: ReadonlyMap<string, number>,
): Promise<FindingDraft> {
  const isRare = day.items > (ranges.get(rangeKey(day)) ?? 0);
  const who = day.name ?? day.actor ?? 'Somebody';
  const items = day.kind === 'mail' ? ['message', 'messages'] : ['file', 'files'];
  const [one = '', many = ''] = items;
  return draftFrom({
    rule: 'stream/volume',
    tenant: day.tenant,
    group: `${day.kind} ${day.who}`,
    at: day,
    title: `${who} took ${plural(day.items, one, many)} in a day`,
    message:
      `In ${plural(days, 'other day')} of the month before it were ${numberText(most)} at the ` +
      `most${isRare ? ', and hardly anybody here takes so much' : ''}. ` +
      'Harmless if a new computer was set up, or a folder moved, or somebody was away for weeks.',
    next: 'Ask the person; see from which address and with which session it was taken.',
    severity: isRare ? 3 : 2,
    techniques: [day.kind === 'mail' ? 'T1114.002' : 'T1530'],
    seen: [day, ...(await largestOf(scene, day))],
  });
}

async function largestOf(scene: StreamScene, day: Taken): Promise<Seen[]> {
  const ofDay = { ...scene, period: { fromMs: day.day, toMs: day.day + DAY_MS } };
  const rows = await ask(
    ofDay,
    0,
    ['index', 't', 'actor', 'session', 'app', 'ip'],
    (events) => `SELECT "index", t, actor, session_uid, app_uid, ip
      FROM (SELECT *, ${KIND} AS kind FROM ${events}) WHERE kind = '${day.kind}'
        AND org IN (${listed([day.tenant])}) AND coalesce(actor_uid, lower(actor_name)) IN
        (${listed([day.who])}) ORDER BY item_count DESC, t, "index" LIMIT ${VOLUME_SHOWN_MAX}`,
  );
  return rows.map(seenOf);
}
