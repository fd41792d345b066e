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
  VOLUME_SHOWN_MAX,
  VOLUME_TIMES,
  WARM_DAYS_MIN,
} from './limits.ts';
import { ask, listed, numberOf, type Row, textOf } from './sql.ts';

type Kind = 'mail' | 'files';

const KIND = `CASE WHEN operation = 'MailItemsAccessed' THEN 'mail'
  WHEN operation IN ('FileDownloaded', 'FileSyncDownloadedFull') THEN 'files' END`;

/**
 * Somebody takes several times what they ever took in a day. Compared with themselves: what a
 * lawyer reads in a day would be a theft elsewhere.
 */
export const volume: StreamDetector = {
  rules: ['stream/volume'],
  title: 'Somebody took far more in a day than in any other day of theirs',
  needs: ['exchange', 'sharepoint'],
  find: async (scene) => {
    const days = await daysOf(scene);
    const people = Map.groupBy(days, ({ tenant, who, kind }) => `${tenant} ${kind} ${who}`);
    const unusual = [...people.values()].flatMap((own) => unusualOf(scene, own));
    return Promise.all(unusual.map((one) => draftOf(scene, one)));
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

/** The days of all who had one of so many items in the period. */
async function daysOf(scene: StreamScene): Promise<Taken[]> {
  const rows = await ask(
    scene,
    HISTORY_MS,
    ['index', 'org', 'kind', 'who', 'actor', 'name', 'd', 't', 'items'],
    (
      events,
    ) => `WITH v AS (SELECT min("index") AS "index", org, kind, who, any_value(actor) AS actor,
          any_value(actor_name) AS name, d, min(t) AS t, sum(item_count) AS items
        FROM (SELECT *, ${KIND} AS kind, coalesce(actor_uid, lower(actor_name)) AS who
          FROM ${events} WHERE status_id <> 2 AND actor_type <> 3)
        WHERE kind IS NOT NULL AND who IS NOT NULL GROUP BY org, kind, who, d),
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

async function draftOf(scene: StreamScene, { day, most, days }: Unusual): Promise<FindingDraft> {
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
      'most. Harmless if a new computer was set up, or a folder moved.',
    next: 'Ask the person; see from which address and with which session it was taken.',
    severity: 3,
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
  return rows.map((row) => ({
    index: numberOf(row['index']),
    atMs: numberOf(row['t']),
    actor: textOf(row['actor']),
    session: textOf(row['session']),
    app: textOf(row['app']),
    ip: textOf(row['ip']),
  }));
}
