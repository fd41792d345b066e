import type { Seen, StreamScene } from './detector.ts';
import {
  FRIENDS_MAX,
  HISTORY_MS,
  KNOWN_DAYS_MIN,
  MAIL_DOMAINS_MAX,
  SHARED_BY_MIN,
} from './limits.ts';
import { ask, numberOf, textOf } from './sql.ts';

/** One day of mail from a domain. */
export type Sent = Seen & {
  readonly tenant: string;
  readonly domain: string;
  readonly day: number;
  readonly recipients: number;
  readonly sender: string;
};

/** Who writes to whom, by domains. */
export type MailWorld = {
  readonly days: readonly Sent[];
  /** Days of each tenant with mail. */
  readonly mailDays: ReadonlyMap<string, ReadonlySet<number>>;
  /** The domains of the people of each tenant. */
  readonly own: ReadonlyMap<string, readonly string[]>;
  /** On which days mail came from a domain or went to it; `tenant domain`. */
  readonly written: ReadonlyMap<string, ReadonlySet<number>>;
  /** Those with whom most is exchanged, by tenant. */
  readonly friends: ReadonlyMap<string, readonly string[]>;
};

const DOMAIN = `split_part(sender, '@', 2)`;
const TO_DOMAIN = `split_part(target_name, '@', 2)`;

export async function mailWorldOf(scene: StreamScene): Promise<MailWorld> {
  const own = await ownDomains(scene);
  const rows = await ask(
    scene,
    HISTORY_MS,
    ['index', 'org', 'domain', 'd', 't', 'recipients', 'sender', 'ip'],
    (events) => `SELECT arg_min("index", (t, "index")), org, ${DOMAIN}, d, min(t),
        count(DISTINCT target_name), arg_min(sender, (t, "index")), arg_min(ip, (t, "index"))
      FROM ${events} WHERE class_uid = 4009 AND sender LIKE '%@%'
      GROUP BY org, ${DOMAIN}, d ORDER BY d, 1`,
    MAIL_DOMAINS_MAX,
  );
  const days = rows.map((row) => ({
    index: numberOf(row['index']),
    atMs: numberOf(row['t']),
    tenant: String(row['org']),
    domain: textOf(row['domain']) ?? '',
    day: numberOf(row['d']),
    recipients: numberOf(row['recipients']),
    sender: textOf(row['sender']) ?? '',
    ip: textOf(row['ip']),
  }));
  const mailDays = new Map<string, Set<number>>();
  for (const { tenant, day } of days) {
    addTo(mailDays, tenant, day);
  }
  const written = await writtenTo(scene);
  for (const { tenant, domain, day } of days) addTo(written, `${tenant} ${domain}`, day);
  return { days, mailDays, own, written, friends: friendsOfAll(written) };
}

function addTo(days: Map<string, Set<number>>, key: string, day: number): void {
  const of = days.get(key);
  if (of === undefined) days.set(key, new Set([day]));
  else of.add(day);
}

function friendsOfAll(written: ReadonlyMap<string, ReadonlySet<number>>): Map<string, string[]> {
  const often = [...written].filter(([, days]) => days.size >= KNOWN_DAYS_MIN);
  often.sort(([a, x], [b, y]) => y.size - x.size || (a < b ? -1 : 1));
  const friends = new Map<string, string[]>();
  for (const [key] of often) {
    const [tenant = '', domain = ''] = key.split(' ');
    const of = friends.get(tenant) ?? [];
    if (of.length < FRIENDS_MAX) friends.set(tenant, [...of, domain]);
  }
  return friends;
}

/** Domains that several people sign in under: a guest's own is not the company's. */
async function ownDomains(scene: StreamScene): Promise<Map<string, string[]>> {
  const rows = await ask(
    scene,
    HISTORY_MS,
    ['org', 'domain'],
    (events) => `SELECT org, domain FROM (
        SELECT org, split_part(lower(actor_name), '@', 2) AS domain,
          count(DISTINCT actor_name) AS people FROM ${events}
        WHERE class_uid = 3002 AND actor_name LIKE '%@%' AND actor_name NOT LIKE '%#ext#%'
        GROUP BY ALL) WHERE people >= ${SHARED_BY_MIN} ORDER BY org, people DESC, domain`,
  );
  const own = new Map<string, string[]>();
  for (const row of rows) {
    const tenant = String(row['org']);
    own.set(tenant, [...(own.get(tenant) ?? []), textOf(row['domain']) ?? '']);
  }
  return own;
}

async function writtenTo(scene: StreamScene): Promise<Map<string, Set<number>>> {
  const rows = await ask(
    scene,
    HISTORY_MS,
    ['org', 'domain', 'd'],
    (events) => `SELECT DISTINCT org, ${TO_DOMAIN}, d FROM ${events}
      WHERE class_uid = 4009 AND sender LIKE '%@%' AND target_name LIKE '%@%'
     `,
    MAIL_DOMAINS_MAX,
  );
  const written = new Map<string, Set<number>>();
  for (const row of rows) {
    addTo(written, `${String(row['org'])} ${textOf(row['domain'])}`, numberOf(row['d']));
  }
  return written;
}

/** Whether mail from or to a domain was seen on several days before this one. */
export function isKnown(
  world: MailWorld,
  { tenant, domain, day }: Pick<Sent, 'tenant' | 'domain' | 'day'>,
  min: number,
): boolean {
  const days = world.written.get(`${tenant} ${domain}`) ?? new Set();
  let count = 0;
  for (const one of days) if (one < day && one >= day - HISTORY_MS) count++;
  return count >= min;
}

export function isOwn(world: MailWorld, { tenant, domain }: Sent): boolean {
  const own = world.own.get(tenant) ?? [];
  return own.some((one) => domain === one || domain.endsWith(`.${one}`));
}

/** The tenant's own domains, and those that it had written with before that day. */
export function friendsOf(world: MailWorld, at: Sent): string[] {
  const { tenant, day } = at;
  const friends = world.friends.get(tenant) ?? [];
  const known = friends.filter((domain) => isKnown(world, { tenant, domain, day }, KNOWN_DAYS_MIN));
  return [...(world.own.get(tenant) ?? []), ...known];
}
