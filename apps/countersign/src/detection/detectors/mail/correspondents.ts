import {
  FRIENDS_MAX,
  HISTORY_MS,
  KNOWN_DAYS_MIN,
  MAIL_DOMAINS_MAX,
  SHARED_BY_MIN,
} from '../limits.ts';
import { numberOf, queryEvents, type Row, sqlList, textOf } from '../windows/event-query.ts';
import type { CitedEvent, DetectionWindow } from '../windows/window-detector.ts';

/** One day of mail from a domain. */
export type DomainMailDay = CitedEvent & {
  readonly tenant: string;
  readonly domain: string;
  readonly day: number;
  readonly recipients: number;
  readonly sender: string;
};

/** The same, with the number of earlier days in the month on which the domain exchanged mail. */
export type UnfamiliarMailDay = DomainMailDay & { readonly knownDays: number };

/** Mail exchange by domain: the requested domains, and the company's main correspondents. */
export type Correspondents = {
  /** Days of each tenant with mail. */
  readonly mailDays: ReadonlyMap<string, ReadonlySet<number>>;
  /** The domains of each tenant's people. */
  readonly own: ReadonlyMap<string, readonly string[]>;
  /** Days with mail from or to a domain, by `tenant domain`. */
  readonly written: ReadonlyMap<string, ReadonlySet<number>>;
  /** The domains that exchange most mail, by tenant. */
  readonly friends: ReadonlyMap<string, readonly string[]>;
};

/** Mail, and the days with mail from or to each domain. */
const withDays = (events: string): string => `WITH m AS NOT MATERIALIZED (
    SELECT "index", org, t, d, sender, target_name, ip, split_part(sender, '@', 2) AS domain
    FROM ${events} WHERE class_uid = 4009 AND sender LIKE '%@%'),
  days AS (SELECT DISTINCT org, domain, d FROM m
    UNION SELECT DISTINCT org, split_part(target_name, '@', 2), d FROM m
      WHERE target_name LIKE '%@%')`;

/** Mail of the period from domains that are not known yet: one row per domain and day. */
export async function strangersOf(window: DetectionWindow): Promise<UnfamiliarMailDay[]> {
  const rows = await queryEvents(
    window,
    HISTORY_MS,
    ['index', 'org', 'domain', 'd', 't', 'recipients', 'sender', 'ip', 'known'],
    (events) => `${withDays(events)},
      counted AS (SELECT *, count(*) OVER (PARTITION BY org, domain ORDER BY d
        RANGE BETWEEN ${HISTORY_MS} PRECEDING AND 1 PRECEDING) AS known FROM days),
      strange AS (SELECT * FROM counted
        WHERE known < ${KNOWN_DAYS_MIN} AND d >= ${Math.trunc(window.period.fromMs)})
      SELECT arg_min("index", (t, "index")), org, domain, d, min(t), count(DISTINCT target_name),
        arg_min(sender, (t, "index")), arg_min(ip, (t, "index")), min(known)
      FROM m JOIN strange USING (org, domain, d) GROUP BY org, domain, d ORDER BY d, 1`,
    MAIL_DOMAINS_MAX,
  );
  return rows.map((row) => ({
    index: numberOf(row['index']),
    atMs: numberOf(row['t']),
    tenant: String(row['org']),
    domain: textOf(row['domain']) ?? '',
    day: numberOf(row['d']),
    recipients: numberOf(row['recipients']),
    sender: textOf(row['sender']) ?? '',
    ip: textOf(row['ip']),
    knownDays: numberOf(row['known']),
  }));
}

/** The data about these domains that {@link isKnown} needs. */
export async function mailWorldOf(
  window: DetectionWindow,
  domains: Iterable<string> = [],
): Promise<Correspondents> {
  const own = await ownDomains(window);
  const mailDays = new Map<string, Set<number>>();
  for (const row of await mailDaysOf(window)) {
    addTo(mailDays, String(row['org']), numberOf(row['d']));
  }
  const rows = await queryEvents(
    window,
    HISTORY_MS,
    ['org', 'domain', 'd', 'place'],
    (events) => `${withDays(events)},
      friends AS (SELECT org, domain, row_number() OVER (PARTITION BY org
          ORDER BY count(*) DESC, domain) AS place
        FROM days GROUP BY org, domain HAVING count(*) >= ${KNOWN_DAYS_MIN}
        QUALIFY place <= ${FRIENDS_MAX})
      SELECT org, domain, d, place FROM days LEFT JOIN friends USING (org, domain)
      WHERE place IS NOT NULL OR domain IN (${sqlList(new Set(domains))}) ORDER BY place, d`,
  );
  const written = new Map<string, Set<number>>();
  const friends = new Map<string, Set<string>>();
  for (const row of rows) {
    const [tenant, domain] = [String(row['org']), textOf(row['domain']) ?? ''];
    addTo(written, `${tenant} ${domain}`, numberOf(row['d']));
    if (row['place'] !== null) addTo(friends, tenant, domain);
  }
  const lists = new Map([...friends].map(([tenant, of]) => [tenant, [...of]]));
  return { mailDays, own, written, friends: lists };
}

function mailDaysOf(window: DetectionWindow): Promise<Row[]> {
  return queryEvents(
    window,
    HISTORY_MS,
    ['org', 'd'],
    (events) => `SELECT DISTINCT org, d FROM ${events}
      WHERE class_uid = 4009 AND sender LIKE '%@%' ORDER BY ALL`,
  );
}

function addTo<T>(sets: Map<string, Set<T>>, key: string, value: T): void {
  const of = sets.get(key);
  if (of === undefined) sets.set(key, new Set([value]));
  else of.add(value);
}

/** Domains under which several people sign in. A guest's domain is not the company's. */
async function ownDomains(window: DetectionWindow): Promise<Map<string, string[]>> {
  const rows = await queryEvents(
    window,
    HISTORY_MS,
    ['org', 'domain'],
    (events) => `SELECT org, domain FROM (
        SELECT org, split_part(lower(actor_name), '@', 2) AS domain,
          count(*) AS people FROM (SELECT DISTINCT org, actor_name FROM ${events}
        WHERE class_uid = 3002 AND actor_name LIKE '%@%' AND actor_name NOT LIKE '%#ext#%')
        GROUP BY ALL) WHERE people >= ${SHARED_BY_MIN} ORDER BY org, people DESC, domain`,
  );
  const own = new Map<string, string[]>();
  for (const row of rows) {
    const tenant = String(row['org']);
    own.set(tenant, [...(own.get(tenant) ?? []), textOf(row['domain']) ?? '']);
  }
  return own;
}

/** Whether mail from or to a domain was seen on several earlier days. */
export function isKnown(
  world: Correspondents,
  { tenant, domain, day }: Pick<DomainMailDay, 'tenant' | 'domain' | 'day'>,
  min: number,
): boolean {
  const days = world.written.get(`${tenant} ${domain}`) ?? new Set();
  let count = 0;
  for (const one of days) if (one < day && one >= day - HISTORY_MS) count++;
  return count >= min;
}

export function isOwn(world: Correspondents, { tenant, domain }: DomainMailDay): boolean {
  const own = world.own.get(tenant) ?? [];
  return own.some((one) => domain === one || domain.endsWith(`.${one}`));
}

/** The tenant's own domains, and those that it exchanged mail with before that day. */
export function friendsOf(world: Correspondents, at: DomainMailDay): string[] {
  const { tenant, day } = at;
  const friends = world.friends.get(tenant) ?? [];
  const known = friends.filter((domain) => isKnown(world, { tenant, domain, day }, KNOWN_DAYS_MIN));
  return [...(world.own.get(tenant) ?? []), ...known];
}
