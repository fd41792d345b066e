import type { FindingDraft, FindingSeverity } from '../../../store/rows/finding.ts';
import { HISTORY_MS, KNOWN_DAYS_MIN, NEWCOMERS_MAX, WARM_DAYS_MIN } from '../limits.ts';
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
  friendsOf,
  isKnown,
  isOwn,
  mailWorldOf,
} from './correspondents.ts';
import { KnownDomains } from './domain-similarity.ts';
import { domainOf, isFreeMail, siteOf } from './mail-domain.ts';
import { memberOfEntries, memberText, objectOf } from './message-members.ts';

/**
 * Mail whose reply goes to another address than the sender's.
 *
 * Mailing lists, invitations and ticket systems do this too. So the reply address decides: a
 * look-alike, a free mailbox, or a domain without earlier mail.
 */
export const replyMismatch: WindowDetector = {
  rules: ['stream/reply-mismatch'],
  title: 'Mail with a suspicious reply address',
  needs: ['reply-to'],
  find: async (window) => {
    const messages = await messagesOf(window);
    if (messages.length === 0) return [];
    const domains = messages.flatMap(({ domain, replies }) => [domain, ...replies.map(domainOf)]);
    const world = await mailWorldOf(window, domains);
    const known = await knownAddresses(window, messages);
    const found = messages.flatMap((message) => {
      const mismatch = mismatchOf(world, known, message);
      return mismatch === undefined ? [] : [{ message, ...mismatch }];
    });
    const groups = Map.groupBy(found, ({ message: { tenant, sender, atMs }, to }) =>
      [tenant, sender, to, dayOf(atMs)].join(' '),
    );
    return [...groups.values()].map(draftOf);
  },
};

type Message = DomainMailDay & {
  readonly replies: readonly string[];
  readonly isOfList: boolean;
  /** The topmost header, from the receiving server. The sender may have written the ones below. */
  readonly authentication: string;
};

async function messagesOf(window: DetectionWindow): Promise<Message[]> {
  const rows = await queryEvents(
    window,
    0,
    ['index', 'entries', 'org', 't', 'd', 'sender', 'ip'],
    (events) => `SELECT "index", entries::VARCHAR, org, t, d, sender, ip FROM ${events}
      WHERE class_uid = 4009 AND activity_id = 2 AND source = 'mail/message' AND sender LIKE '%@%'
      ORDER BY t, "index"`,
    NEWCOMERS_MAX,
  );
  const messages: Message[] = [];
  for (const row of rows) {
    const members = await memberOfEntries(window, textOf(row['entries']) ?? '', 'ReplyTo');
    if (members === undefined) continue;
    const stated = Array.isArray(members['ReplyTo']) ? members['ReplyTo'] : [];
    const [top] = Array.isArray(members['AuthenticationResults'])
      ? members['AuthenticationResults']
      : [];
    const sender = textOf(row['sender']) ?? '';
    messages.push({
      index: numberOf(row['index']),
      atMs: numberOf(row['t']),
      tenant: String(row['org']),
      day: numberOf(row['d']),
      domain: domainOf(sender),
      recipients: 1,
      ip: textOf(row['ip']),
      replies: stated
        .map((each) => memberText(objectOf(each), 'address').toLowerCase())
        .filter((address) => address.includes('@')),
      isOfList: memberText(members, 'ListId') !== '',
      authentication: typeof top === 'string' ? top : '',
      sender,
    });
  }
  return messages.filter(({ atMs, replies }) => replies.length > 0 && isWithin(window, atMs));
}

/** Days with mail from or to these addresses, by `tenant address`. */
async function knownAddresses(
  window: DetectionWindow,
  messages: readonly Message[],
): Promise<ReadonlyMap<string, readonly number[]>> {
  const addresses = sqlList(new Set(messages.flatMap(({ replies }) => replies)));
  const rows = await queryEvents(
    window,
    HISTORY_MS,
    ['org', 'address', 'd'],
    (events) => `WITH m AS (SELECT org, sender, lower(target_name) AS target, d
        FROM ${events} WHERE class_uid = 4009)
      SELECT org, sender, d FROM m WHERE sender IN (${addresses})
      UNION SELECT org, target, d FROM m WHERE target IN (${addresses})`,
    NEWCOMERS_MAX,
  );
  const days = Map.groupBy(rows, (row) => `${String(row['org'])} ${textOf(row['address'])}`);
  return new Map([...days].map(([key, own]) => [key, own.map((row) => numberOf(row['d']))]));
}

type Mismatch = {
  readonly to: string;
  readonly why: string;
  readonly severity: FindingSeverity;
  readonly passesFor: boolean;
};

function mismatchOf(
  world: Correspondents,
  known: ReadonlyMap<string, readonly number[]>,
  message: Message,
): Mismatch | undefined {
  const { tenant, day, domain, replies, isOfList } = message;
  const isSeen = (address: string): boolean =>
    (known.get(`${tenant} ${address}`) ?? []).some((one) => one < day && one >= day - HISTORY_MS);
  // A reply also reaches the sender, colleagues or a known correspondent.
  const isHarmless = replies.some(
    (address) =>
      siteOf(domainOf(address)) === siteOf(domain) ||
      isOwn(world, { ...message, domain: domainOf(address) }) ||
      isSeen(address),
  );
  const [to] = replies;
  if (isHarmless || to === undefined) return undefined;
  const there = domainOf(to);
  const like = new KnownDomains([domain, ...friendsOf(world, message)]).imitatedBy(there);
  if (like !== undefined && like.how !== 'part') {
    return { to, why: `a domain that imitates ${like.to}`, severity: 3, passesFor: true };
  }
  const isFree = isFreeMail(there);
  if (isOwn(world, message)) {
    const isForged = isFree && FORGED.test(message.authentication);
    const why = 'a free mail service, and the sender failed authentication as a colleague';
    return isForged ? { to, why, severity: 3, passesFor: true } : undefined;
  }
  if (isFree) {
    // Platforms whose users invite each other do this daily.
    const isUsual = isOfList || (isKnown(world, message, KNOWN_DAYS_MIN) && !isFreeMail(domain));
    const why = 'a free mail service';
    return { to, why, severity: isUsual ? 1 : 2, passesFor: false };
  }
  const isNew = !isKnown(world, { ...message, domain: there }, 1);
  const isFirst = !isKnown(world, message, 1);
  if (!isNew || !isFirst || isOfList || !isWarm(world, message)) return undefined;
  return {
    to,
    why: 'a domain that never exchanged mail with the company',
    severity: 1,
    passesFor: false,
  };
}

/** The receiving server's result for a forged sender. */
const FORGED = /\b(?:dmarc|compauth)=fail\b/i;

function isWarm(world: Correspondents, { tenant, day }: Message): boolean {
  const days = [...(world.mailDays.get(tenant) ?? [])];
  return days.filter((one) => one < day && one >= day - HISTORY_MS).length >= WARM_DAYS_MIN;
}

function draftOf(group: readonly (Mismatch & { readonly message: Message })[]): FindingDraft {
  const first = group[0] as (typeof group)[number];
  const { message, to, why, passesFor } = first;
  return draftFrom({
    rule: 'stream/reply-mismatch',
    tenant: message.tenant,
    group: `${message.sender} ${to}`,
    at: message,
    title: `Replies to ${message.sender} go to ${to}`,
    message:
      `The message sends replies to ${why}. Payment fraud uses this to continue a ` +
      'conversation in the name of a known sender. Likely harmless when: it is a mailing list, ' +
      'an invitation, or the sender announced the address by phone.',
    next:
      'Do not reply. Ask the sender at a phone number or address that you know from before, and ' +
      'warn the recipients.',
    severity: first.severity,
    techniques: passesFor ? ['T1566', 'T1656'] : ['T1566'],
    seen: group.map(({ message: seen }) => seen),
  });
}
