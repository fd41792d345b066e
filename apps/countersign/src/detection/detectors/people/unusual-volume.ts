import { numberText, plural } from '@countersign/core';
import type { FindingDraft } from '../../../store/rows/finding.ts';
import {
  CANDIDATES_EXAMINED_MAX,
  HISTORY_MS,
  VOLUME_MIN,
  VOLUME_RARE,
  VOLUME_SHOWN_MAX,
  VOLUME_TIMES,
  WARM_DAYS_MIN,
} from '../limits.ts';
import {
  numberOf,
  queryEvents,
  type Row,
  seenOf,
  sqlList,
  textOf,
} from '../windows/event-query.ts';
import { isOfSql, type PersonPartition, partsFor, partsOf } from '../windows/person-partition.ts';
import {
  type CitedEvent,
  type DetectionWindow,
  draftFrom,
  isWithin,
  type WindowDetector,
} from '../windows/window-detector.ts';

type Kind = 'mail' | 'files';

const KIND = `CASE WHEN operation = 'MailItemsAccessed' THEN 'mail'
  WHEN operation IN ('FileDownloaded', 'FileSyncDownloadedFull') THEN 'files' END`;

/**
 * A person who takes several times their busiest day.
 *
 * People are compared with themselves: a lawyer's normal day would be theft elsewhere. After weeks
 * away or in a new role, a normal day can look large. So it warns only if the volume is rare in the
 * company. A new place is no second sign, because returning people are often elsewhere.
 */
export const volume: WindowDetector = {
  rules: ['stream/volume'],
  title: 'A person read or downloaded far more than on any other day',
  needs: ['exchange', 'sharepoint'],
  find: (window) => volumes(window),
};

/** `together`: events that are grouped by person and day at once. */
export async function volumes(
  window: DetectionWindow,
  together: number = TAKEN_TOGETHER,
): Promise<readonly FindingDraft[]> {
  const parts = await everybody(window, together);
  const unusual: Unusual[] = [];
  for (const part of parts) unusual.push(...(await unusualDays(window, part)));
  const ranges = await companyRanges(window, unusual, parts);
  const shown = await largestOf(window, unusual);
  return unusual.map((one) => draftOf(one, ranges, shown.get(personKey(one.day)) ?? []));
}

type VolumeDay = CitedEvent & {
  readonly tenant: string;
  readonly kind: Kind;
  readonly who: string;
  readonly day: number;
  readonly items: number;
};

/** All people, in parts whose events can be grouped at once. */
async function everybody(window: DetectionWindow, together: number): Promise<PersonPartition[]> {
  const [row] = await queryEvents(window, HISTORY_MS, ['count'], (events) => {
    return `SELECT count(*) FROM ${takenSql(events)}`;
  });
  return partsOf(partsFor(numberOf(row?.['count']), together));
}

/** SQL of all items that people took. */
function takenSql(events: string, part: PersonPartition = { part: 0, of: 1 }): string {
  return `(SELECT * FROM (
      SELECT *, ${KIND} AS kind, coalesce(actor_uid, lower(actor_name)) AS who
      FROM ${events} WHERE status_id <> 2 AND actor_type <> 3)
    WHERE kind IS NOT NULL AND who IS NOT NULL AND ${isOfSql('who', part)})`;
}

/** SQL of the volume per person and day, from {@link takenSql}. */
function daysSql(taken: string): string {
  return `SELECT min("index") AS "index", org, kind, who, d, min(t) AS t, sum(item_count) AS items
    FROM ${taken} GROUP BY org, kind, who, d`;
}

/** A day, the largest volume of the month before, and the number of days with one. */
type Unusual = { readonly day: VolumeDay; readonly most: number; readonly days: number };

/** New people are skipped, because there is nothing to compare with. */
async function unusualDays(window: DetectionWindow, part: PersonPartition): Promise<Unusual[]> {
  const fromMs = Math.trunc(window.period.fromMs);
  const rows = await queryEvents(
    window,
    HISTORY_MS,
    ['index', 'org', 'kind', 'who', 'd', 't', 'items', 'most', 'days'],
    (events) => `WITH e AS NOT MATERIALIZED (SELECT * FROM ${takenSql(events, part)}),
      much AS (SELECT DISTINCT org, kind, who
        FROM (${daysSql(`(SELECT * FROM e WHERE d >= ${fromMs})`)}) WHERE items >= ${VOLUME_MIN}),
      v AS (${daysSql('(SELECT * FROM e SEMI JOIN much USING (org, kind, who))')}),
      w AS (SELECT *, max(items) OVER before AS most, count(*) OVER before AS days FROM v
        WINDOW before AS (PARTITION BY org, kind, who ORDER BY d
          RANGE BETWEEN ${HISTORY_MS} PRECEDING AND 1 PRECEDING))
      SELECT "index", org, kind, who, d, t, items, most, days FROM w
      WHERE items >= ${VOLUME_MIN} AND days >= ${WARM_DAYS_MIN} AND items > most * ${VOLUME_TIMES}
        AND d >= ${fromMs} ORDER BY d, "index"`,
    CANDIDATES_EXAMINED_MAX,
  );
  return rows
    .map((row): Unusual => {
      return { day: takenOf(row), most: numberOf(row['most']), days: numberOf(row['days']) };
    })
    .filter(({ day }) => isWithin(window, day.atMs));
}

function takenOf(row: Row): VolumeDay {
  return {
    index: numberOf(row['index']),
    atMs: numberOf(row['t']),
    tenant: String(row['org']),
    kind: row['kind'] as Kind,
    who: textOf(row['who']) ?? '',
    day: numberOf(row['d']),
    items: numberOf(row['items']),
  };
}

const rangeKey = ({ tenant, kind, day }: Pick<VolumeDay, 'tenant' | 'kind' | 'day'>): string =>
  `${tenant} ${kind} ${day}`;

/** For each of these days, the volume that is rare in the tenant during the month before. */
async function companyRanges(
  window: DetectionWindow,
  unusual: readonly Unusual[],
  parts: readonly PersonPartition[],
): Promise<ReadonlyMap<string, number>> {
  if (unusual.length === 0) return new Map();
  const rows: Row[] = [];
  for (const part of parts) {
    const some = await queryEvents(
      window,
      HISTORY_MS,
      ['org', 'kind', 'd', 'items', 'people'],
      // Volumes below the minimum count as zero, because most people have them and none matters.
      (events) => `SELECT org, kind, d, if(items < ${VOLUME_MIN}, 0, items), count(*)
        FROM (${daysSql(takenSql(events, part))}) GROUP BY ALL`,
    );
    rows.push(...some);
  }
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

/** The volume that at most {@link VOLUME_RARE} of the days exceed. */
function rareFrom(days: readonly Share[]): number {
  let left = Math.floor(days.reduce((sum, { people }) => sum + people, 0) * VOLUME_RARE);
  for (const { items, people } of days.toSorted((a, b) => b.items - a.items)) {
    if (people > left) return items;
    left -= people;
  }
  return 0;
}

function draftOf(
  { day, most, days }: Unusual,
  ranges: ReadonlyMap<string, number>,
  shown: readonly VolumeExample[],
): FindingDraft {
  const isRare = day.items > (ranges.get(rangeKey(day)) ?? 0);
  const who = shown[0]?.name ?? day.who;
  const items = day.kind === 'mail' ? ['message', 'messages'] : ['file', 'files'];
  const [one = '', many = ''] = items;
  const verb = day.kind === 'mail' ? 'read' : 'downloaded';
  return draftFrom({
    rule: 'stream/volume',
    tenant: day.tenant,
    group: `${day.kind} ${day.who}`,
    at: day,
    title: `${who} ${verb} ${plural(day.items, one, many)} in one day`,
    message:
      `The most on ${plural(days, 'other day')} of the month before was ${numberText(most)}. ` +
      (isRare ? 'Hardly any other person here reaches this amount. ' : '') +
      'An intruder who copies a mailbox or a library looks like this. Likely harmless when: the ' +
      'person set up a new computer, moved a folder, or returned after weeks away.',
    next:
      `Ask ${who} what the ${many} were for, and check the address and session. If they do not ` +
      'know of it, revoke their sessions.',
    severity: isRare ? 3 : 2,
    techniques: [day.kind === 'mail' ? 'T1114.002' : 'T1530'],
    seen: [{ ...day, actor: shown[0]?.actor ?? null }, ...shown],
  });
}

type VolumeExample = Required<CitedEvent> & { readonly name: string | null };

const personKey = ({ tenant, kind, who, day }: VolumeDay): string =>
  JSON.stringify([tenant, kind, who, day]);

/** The largest records of each of these days, by {@link personKey}. */
async function largestOf(
  window: DetectionWindow,
  unusual: readonly Unusual[],
): Promise<ReadonlyMap<string, readonly VolumeExample[]>> {
  const found = new Map<string, VolumeExample[]>();
  for (let at = 0; at < unusual.length; at += SHOWN_TOGETHER) {
    const some = unusual.slice(at, at + SHOWN_TOGETHER).map(({ day }) => day);
    const wanted = some.map(({ tenant, kind, who, day }) => {
      return `(${sqlList([tenant])}, '${kind}', ${sqlList([who])}, ${day})`;
    });
    const rows = await queryEvents(
      window,
      0,
      ['org', 'kind', 'who', 'd', 'index', 't', 'actor', 'session', 'app', 'ip', 'name'],
      (events) => `SELECT org, kind, who, d, "index", t, actor, session_uid, app_uid, ip, actor_name
        FROM ${takenSql(events)}
        SEMI JOIN (VALUES ${wanted.join(', ')}) AS wanted (org, kind, who, d)
          USING (org, kind, who, d)
        QUALIFY row_number() OVER (PARTITION BY org, kind, who, d
          ORDER BY item_count DESC, t, "index") <= ${VOLUME_SHOWN_MAX}
        ORDER BY item_count DESC, t, "index"`,
    );
    for (const row of rows) {
      const key = personKey(takenOf(row));
      const shown = { ...seenOf(row), name: textOf(row['name']) };
      const own = found.get(key);
      if (own === undefined) found.set(key, [shown]);
      else own.push(shown);
    }
  }
  return found;
}

/** Days whose records one query requests; the query lists them all. */
const SHOWN_TOGETHER = 1_000;

/**
 * Events grouped by person and day at once. With forty million in as many groups the engine spilled
 * what it could, and failed with 512 MiB.
 */
const TAKEN_TOGETHER = 10_000_000;
