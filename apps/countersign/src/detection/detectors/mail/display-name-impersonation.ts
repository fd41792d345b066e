import { plural } from '@countersign/core';
import type { FindingDraft } from '../../../store/rows/finding.ts';
import {
  FIRST_CONTACT_PEOPLE_MIN,
  HISTORY_MS,
  KNOWN_DAYS_MIN,
  NEWCOMERS_MAX,
  WARM_DAYS_MIN,
} from '../limits.ts';
import { numberOf, queryEvents, sqlList, textOf } from '../windows/event-query.ts';
import {
  type DetectionWindow,
  dayOf,
  draftFrom,
  isWithin,
  type WindowDetector,
} from '../windows/window-detector.ts';
import {
  type Correspondents,
  type DomainMailDay,
  isKnown,
  isOwn,
  mailWorldOf,
} from './correspondents.ts';
import { type Insider, insideNames, nameKey, spokenName } from './employee-names.ts';
import { domainOf, isFreeMail } from './mail-domain.ts';
import { partsOf } from './mail-parts.ts';
import { memberOfEntries, memberText } from './message-members.ts';

/**
 * A new sender with the display name of an employee.
 *
 * Known private addresses do not count, and neither do services with a known domain that write in
 * someone's name. The name alone may belong to a namesake or to the employee at home. A warning
 * needs another sign.
 */
export const displayName: WindowDetector = {
  rules: ['stream/display-name'],
  title: 'External mail under the name of an employee',
  needs: ['sender-names', 'sign-ins'],
  find: async (window) => {
    const named = await namedNewcomers(window);
    if (named.length === 0) return [];
    const world = await mailWorldOf(window, new Set(named.map(({ domain }) => domain)));
    const strangers = named.filter((one) => isStranger(world, one));
    if (strangers.length === 0) return [];
    const wanted = strangers.map(({ name }) => name);
    const names = await insideNames(window, wanted);
    const found = strangers.flatMap((one): ImpersonationMatch[] => {
      const match = names.match(one.name, one.tenant, one.atMs);
      const spelled = ownAddress(world, one);
      if (spelled !== undefined) return [{ stranger: one, address: spelled, how: 'address' }];
      // Employees who write to themselves from a private address impersonate no one.
      if (match === undefined || one.onlyTo === match.insider.address) return [];
      return [{ stranger: one, address: match.insider.address, ...match }];
    });
    const busy = await writingDays(window, found);
    const armed = await armedDays(window, found);
    return found.map((each) => draftOf(each, { busy, armed }));
  },
};

type NewcomerMail = DomainMailDay & {
  readonly name: string;
  /** The only recipient of that day; undefined if there are several. */
  readonly onlyTo: string | undefined;
  /** A person submitted this message as a file. */
  readonly isFile: boolean;
};

type ImpersonationMatch = {
  readonly stranger: NewcomerMail;
  readonly address: string;
  readonly how: 'same' | 'spelling' | 'address';
  readonly insider?: Insider;
};

/** Sources that state a sender's display name. */
const WITH_NAMES = `(source = 'mail/message' OR source = 'defender/advanced-hunting'
  OR source IN ('azure-monitor/AdvancedHunting-EmailEvents', 'log-analytics/EmailEvents'))`;

/** Addresses without any mail from or to them in the month before. */
async function namedNewcomers(window: DetectionWindow): Promise<NewcomerMail[]> {
  const fromMs = Math.trunc(window.period.fromMs);
  const rows = await queryEvents(
    window,
    HISTORY_MS,
    ['index', 'entries', 'source', 'org', 't', 'd', 'sender', 'ip', 'people', 'one'],
    // Selects texts only for new senders, because the engine can spill groups but not texts.
    (events) => `WITH m AS NOT MATERIALIZED (SELECT "index", entries, source, org, t, d, sender, ip,
          lower(target_name) AS target, activity_id IN (1, 2) AND ${WITH_NAMES} AS is_named
        FROM ${events} WHERE class_uid = 4009 AND sender LIKE '%@%'),
      writers AS (SELECT DISTINCT org, sender AS a FROM m WHERE is_named AND d >= ${fromMs}),
      days AS (SELECT org, sender AS a, d FROM m SEMI JOIN writers
          ON writers.org = m.org AND writers.a = m.sender
        UNION SELECT org, target, d FROM m SEMI JOIN writers
          ON writers.org = m.org AND writers.a = m.target),
      w AS (SELECT *, lag(d) OVER (PARTITION BY org, a ORDER BY d) AS before FROM days),
      fresh AS (SELECT org, a AS sender, d FROM w
        WHERE d >= ${fromMs} AND (before IS NULL OR before < d - ${HISTORY_MS})),
      v AS (SELECT org, sender, d, count(DISTINCT target) AS people, min(target) AS one,
          min(t) FILTER (is_named) AS t, arg_min("index", (t, "index")) FILTER (is_named) AS i,
          arg_min(entries, (t, "index")) FILTER (is_named) AS entries,
          arg_min(source, (t, "index")) FILTER (is_named) AS source,
          arg_min(ip, (t, "index")) FILTER (is_named) AS ip
        FROM m SEMI JOIN fresh USING (org, sender, d) GROUP BY org, sender, d)
      SELECT i, entries::VARCHAR, source, org, t, d, sender, ip, people, one FROM v
      WHERE t IS NOT NULL ORDER BY t, i`,
    NEWCOMERS_MAX,
  );
  const named: NewcomerMail[] = [];
  for (const row of rows) {
    const entries = textOf(row['entries']) ?? '';
    const members = await memberOfEntries(window, entries, 'SenderDisplayName');
    const name = members === undefined ? '' : memberText(members, 'SenderDisplayName');
    if (name === '' || !isWithin(window, numberOf(row['t']))) continue;
    const sender = textOf(row['sender']) ?? '';
    const recipients = numberOf(row['people']);
    named.push({
      index: numberOf(row['index']),
      atMs: numberOf(row['t']),
      tenant: String(row['org']),
      day: numberOf(row['d']),
      domain: domainOf(sender),
      ip: textOf(row['ip']),
      onlyTo: recipients === 1 ? (textOf(row['one']) ?? undefined) : undefined,
      isFile: textOf(row['source']) === 'mail/message',
      ...{ sender, recipients, name },
    });
  }
  return named;
}

function isStranger(world: Correspondents, one: NewcomerMail): boolean {
  if (isOwn(world, one)) return false;
  if (!isFreeMail(one.domain) && isKnown(world, one, KNOWN_DAYS_MIN)) return false;
  const days = [...(world.mailDays.get(one.tenant) ?? [])];
  const before = days.filter((day) => day < one.day && day >= one.day - HISTORY_MS);
  // In the first days of a log every sender is new. Message files never form a log.
  return one.isFile || before.length >= WARM_DAYS_MIN;
}

/** An employee's address as the display name of another address. */
function ownAddress(world: Correspondents, one: NewcomerMail): string | undefined {
  const [address] = /[^\s<>"'@]+@[^\s<>"'@]+\.[a-z]{2,}/i.exec(one.name.slice(0, 320)) ?? [];
  if (address === undefined) return undefined;
  const isInside = isOwn(world, { ...one, domain: domainOf(address) });
  return isInside ? address.toLowerCase() : undefined;
}

/** Days on which these people sent mail, by `tenant address`. */
async function writingDays(
  window: DetectionWindow,
  found: readonly ImpersonationMatch[],
): Promise<ReadonlyMap<string, readonly number[]>> {
  if (found.length === 0) return new Map();
  const rows = await queryEvents(
    window,
    HISTORY_MS,
    ['org', 'sender', 'd'],
    (events) => `SELECT DISTINCT org, sender, d FROM ${events} WHERE class_uid = 4009
      AND sender IN (${sqlList(new Set(found.map(({ address }) => address)))})`,
  );
  const days = Map.groupBy(rows, (row) => `${String(row['org'])} ${textOf(row['sender'])}`);
  return new Map([...days].map(([key, own]) => [key, own.map((row) => numberOf(row['d']))]));
}

const armedKey = ({
  tenant,
  sender,
  day,
}: Pick<NewcomerMail, 'tenant' | 'sender' | 'day'>): string => `${tenant} ${sender} ${day}`;

/** Senders and days with attachments or links that are typical of lures. */
async function armedDays(
  window: DetectionWindow,
  found: readonly ImpersonationMatch[],
): Promise<ReadonlySet<string>> {
  if (found.length === 0) return new Set();
  const senders = new Set(found.map(({ stranger }) => stranger.sender));
  const parts = (await partsOf(window, { senders })).filter(({ risk }) => risk !== undefined);
  return new Set(parts.map((part) => armedKey({ ...part, day: dayOf(part.atMs) })));
}

type Besides = {
  readonly busy: ReadonlyMap<string, readonly number[]>;
  readonly armed: ReadonlySet<string>;
};

function draftOf(
  { stranger, address, how }: ImpersonationMatch,
  { busy, armed }: Besides,
): FindingDraft {
  const { tenant, sender, name, day, recipients } = stranger;
  const days = busy.get(`${tenant} ${address}`) ?? [];
  const wrote = days.filter((one) => one < day && one >= day - HISTORY_MS).length;
  const isSign = armed.has(armedKey(stranger)) || !mayBeTheirs(stranger);
  const isPassedFor = how === 'same' && wrote >= KNOWN_DAYS_MIN && isSign;
  const isLikely = how === 'address' || isPassedFor;
  return draftFrom({
    rule: 'stream/display-name',
    tenant,
    group: sender,
    at: stranger,
    title: `${sender} wrote under the name "${name.slice(0, 100)}"`,
    message:
      `${WORDS[how]} ${address}. No person of the company exchanged mail with the sender in the ` +
      `month before. ${plural(recipients, 'person', 'people')} received it. Likely harmless ` +
      'when: it is a private address of the employee, or another person has the same name.',
    next:
      `Ask ${address} whether they wrote the message. If not, warn its recipients and remove it ` +
      'from their mailboxes.',
    severity: isLikely ? 3 : 2,
    techniques: ['T1566', 'T1656'],
    seen: [stranger],
  });
}

/**
 * Whether the mail may come from the employee's private mailbox: free mail, the matching name, few
 * recipients.
 *
 * Employees at home and namesakes are far more common than lures. A person who submitted the
 * message as a file suspected otherwise.
 */
function mayBeTheirs({ sender, name, domain, recipients, isFile }: NewcomerMail): boolean {
  if (isFile || recipients >= FIRST_CONTACT_PEOPLE_MIN || !isFreeMail(domain)) return false;
  const called = nameKey(spokenName(sender));
  return called !== undefined && called === nameKey(name);
}

const WORDS = {
  same: 'This is the name of',
  spelling: 'One letter differs from the name of',
  address: 'In place of a name, the sender shows the address of',
} as const;
