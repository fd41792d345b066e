import { numberText, plural } from '@countersign/core';
import type { FindingDraft } from '../../../store/rows/finding.ts';
import {
  takenSql,
  type VolumeKind,
  volumeTable,
  WHO_SQL,
} from '../../../store/summaries/volumes.ts';
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
  const parts = await peopleParts(window, together);
  const unusual: Unusual[] = [];
  for (const part of parts) unusual.push(...(await unusualDays(window, part)));
  const ranges = await companyRanges(window, unusual, parts);
  const shown = await largestOf(window, unusual);
  return unusual.map((one) => draftOf(one, ranges, shown.get(personKey(one.day)) ?? []));
}

type VolumeDay = CitedEvent & {
  readonly tenant: string;
  readonly kind: VolumeKind;
  readonly who: string;
  readonly day: number;
  readonly items: number;
};

/** All people, in parts whose events can be grouped at once. What is stored needs no grouping. */
async function peopleParts(window: DetectionWindow, together: number): Promise<PersonPartition[]> {
  let rows = 0;
  await queryVolumes(window, EVERYONE, [], (_, eventRows) => {
    rows = eventRows;
    return 'SELECT 1';
  });
  return partsOf(partsFor(rows, together));
}

const EVERYONE: PersonPartition = { part: 0, of: 1 };

/**
 * Queries the volumes per person and day from a month before the period to its end. `sqlOf`
 * receives a FROM clause, and the number of events that are grouped for it.
 */
async function queryVolumes(
  { store, period, onCut }: DetectionWindow,
  part: PersonPartition,
  columns: readonly string[],
  sqlOf: (volumes: string, eventRows: number) => string,
  most?: number,
): Promise<Row[]> {
  const days = { fromMs: Math.trunc(period.fromMs - HISTORY_MS), toMs: Math.trunc(period.toMs) };
  const rows = await store.overSummaries(days, (sourceOf) => {
    const sources = KINDS.map((kind) => ({ kind, ...sourceOf(volumeTable(kind)) }));
    const united = sources.map(({ kind, from }) => `SELECT '${kind}' AS kind, * FROM ${from}`);
    const volumes = `(SELECT kind, tenant AS org, who, d, "index", t, items
      FROM (${united.join(' UNION ALL ')}) WHERE ${isOfSql('who', part)})`;
    const sql = sqlOf(volumes, Math.max(...sources.map(({ eventRows }) => eventRows)));
    // One row above the limit shows that there are more.
    return most === undefined ? sql : `${sql} LIMIT ${most + 1}`;
  });
  if (most !== undefined && rows.length > most) onCut?.(most);
  return rows
    .slice(0, most)
    .map((row) => Object.fromEntries(columns.map((name, at) => [name, row[at] ?? null])));
}

/** A day, the largest volume of the month before, and the number of days with one. */
type Unusual = { readonly day: VolumeDay; readonly most: number; readonly days: number };

/** New people are skipped, because there is nothing to compare with. */
async function unusualDays(window: DetectionWindow, part: PersonPartition): Promise<Unusual[]> {
  const fromMs = Math.trunc(window.period.fromMs);
  const rows = await queryVolumes(
    window,
    part,
    ['index', 'org', 'kind', 'who', 'd', 't', 'items', 'most', 'days'],
    (volumes) => `WITH v AS NOT MATERIALIZED (SELECT * FROM ${volumes}),
      much AS (SELECT DISTINCT org, kind, who FROM v
        WHERE d >= ${fromMs} AND items >= ${VOLUME_MIN}),
      w AS (SELECT *, max(items) OVER before AS most, count(*) OVER before AS days
        FROM v SEMI JOIN much USING (org, kind, who)
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
    kind: row['kind'] as VolumeKind,
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
    const some = await queryVolumes(
      window,
      part,
      ['org', 'kind', 'd', 'items', 'people'],
      // Volumes below the minimum count as zero, because most people have them and none matters.
      (volumes) => `SELECT org, kind, d, if(items < ${VOLUME_MIN}, 0, items), count(*)
        FROM ${volumes} GROUP BY ALL`,
    );
    rows.push(...some);
  }
  const days = rows.map((row) => ({
    tenant: String(row['org']),
    kind: row['kind'] as VolumeKind,
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
        FROM ${takenEventsSql(events)}
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

/** SQL of all events in which people took items. */
function takenEventsSql(events: string): string {
  const taken = KINDS.map(
    (kind) => `SELECT *, '${kind}' AS kind, ${WHO_SQL} AS who
    FROM ${events} WHERE ${takenSql(kind)}`,
  );
  return `(${taken.join(' UNION ALL ')})`;
}

/** Days whose records one query requests; the query lists them all. */
const SHOWN_TOGETHER = 1_000;

const KINDS: readonly VolumeKind[] = ['mail', 'files'];

/**
 * Events grouped by person and day at once. With forty million in as many groups the engine spilled
 * what it could, and failed with 512 MiB.
 */
const TAKEN_TOGETHER = 10_000_000;
