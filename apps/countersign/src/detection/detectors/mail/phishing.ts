import { plural } from '@countersign/core';
import type { FindingDraft } from '../../../store/rows/finding.ts';
import {
  CANDIDATES_EXAMINED_MAX,
  FIRST_CONTACT_PEOPLE_MIN,
  HISTORY_MS,
  LATERAL_PEOPLE_MIN,
  VOLUME_TIMES,
  WARM_DAYS_MIN,
} from '../limits.ts';
import { numberOf, queryEvents, textOf } from '../windows/event-query.ts';
import {
  type DetectionWindow,
  draftFrom,
  isWithin,
  type WindowDetector,
} from '../windows/window-detector.ts';
import {
  type Correspondents,
  type DomainMailDay,
  friendsOf,
  isOwn,
  mailWorldOf,
  strangersOf,
  type UnfamiliarMailDay,
} from './correspondents.ts';
import { KnownDomains, type Likeness } from './domain-similarity.ts';
import { type Part, partsOf, trickOf } from './mail-parts.ts';

/** Mail from first-time senders, or from senders who imitate others. */
export const phishing: WindowDetector = {
  rules: [
    'stream/look-alike',
    'stream/first-contact',
    'stream/rare-attachment',
    'stream/lure-link',
    'stream/lateral-phishing',
  ],
  title:
    'Phishing signs: look-alike domain, first contact, rare attachment, deceptive link, mass mail',
  // Sign-ins reveal which domains are the company's own.
  needs: ['email', 'sign-ins'],
  rulesNeed: {
    'stream/first-contact': ['email'],
    'stream/rare-attachment': ['attachments'],
    'stream/lure-link': ['links', 'sign-ins'],
  },
  find: async (window) => {
    const world = await mailWorldOf(window);
    if (world.mailDays.size === 0) return [];
    const parts = await partsOf(window, { domains: [...world.own.values()].flat() });
    const strangers = await strangersOf(window);
    const news = strangers.filter((day) => isWithin(window, day.atMs) && !isOwn(world, day));
    const lookalike = lookalikes(world);
    return [
      ...news.flatMap((day) => lookalike(day) ?? firstContact(world, day, parts) ?? []),
      ...rareAttachments(parts),
      ...lureLinks(world, parts),
      ...(await lateral(window, world)),
    ];
  },
};

/** Compares domains with the correspondents of their day, which are prepared once. */
function lookalikes(world: Correspondents): (day: UnfamiliarMailDay) => FindingDraft | undefined {
  const friends = new Map<string, KnownDomains>();
  return (day) => {
    const key = `${day.tenant} ${day.day}`;
    const known = friends.get(key) ?? new KnownDomains(friendsOf(world, day));
    friends.set(key, known);
    const likeness = known.imitatedBy(day.domain);
    return likeness === undefined ? undefined : lookalikeDraft(day, likeness);
  };
}

function lookalikeDraft(day: UnfamiliarMailDay, { to, how }: Likeness): FindingDraft {
  return draftFrom({
    rule: 'stream/look-alike',
    tenant: day.tenant,
    group: day.domain,
    at: day,
    title: `${day.sender} wrote from a domain that imitates ${to}`,
    message:
      `${plural(day.recipients, 'person', 'people')} received mail from ${day.domain}, which is ` +
      `${HOW[how]} ${to}. Readers may take it for the real sender. Likely harmless when: the ` +
      `owner of ${to} also owns this domain.`,
    next: `Read the message. Warn its recipients and block ${day.domain} if it is a fake.`,
    severity: how === 'part' ? 2 : 3,
    techniques: ['T1566', 'T1656'],
    seen: [day],
  });
}

const HOW = {
  letters: 'written with letters that look like',
  spelling: 'one letter away from',
  part: 'built from the name of',
} as const;

/** A new domain that writes to many people. Attachments and links set the severity. */
function firstContact(
  world: Correspondents,
  day: UnfamiliarMailDay,
  parts: readonly Part[],
): FindingDraft | undefined {
  if (day.recipients < FIRST_CONTACT_PEOPLE_MIN || day.knownDays > 0) return undefined;
  const warm = [...(world.mailDays.get(day.tenant) ?? [])].filter((one) => {
    return one < day.day && one >= day.day - HISTORY_MS;
  });
  if (warm.length < WARM_DAYS_MIN) return undefined;
  const own = parts.filter((part) => part.tenant === day.tenant && part.domain === day.domain);
  const people = plural(day.recipients, 'person', 'people');
  const isArmed = own.some(({ risk }) => risk !== undefined);
  return draftFrom({
    rule: 'stream/first-contact',
    tenant: day.tenant,
    group: day.domain,
    at: day,
    title: `${day.domain} wrote to the company for the first time, to ${people}`,
    message:
      'No person of the company exchanged mail with this domain in the month before.' +
      (isArmed ? ' The mail carries a link or an attachment that phishing uses.' : '') +
      ' Likely harmless when: it is a newsletter, or a new customer or supplier.',
    next:
      'Read the message. If it asks for a password, a payment or a download, warn its ' +
      'recipients.',
    severity: isArmed ? 3 : 1,
    techniques: ['T1566'],
    seen: [day, ...own.slice(0, 20)],
  });
}

function rareAttachments(parts: readonly Part[]): FindingDraft[] {
  const files = parts.filter(({ risk, name }) => risk === 'attachment' && !name.includes('://'));
  const groups = Map.groupBy(files, (part) => {
    return `${part.tenant} ${part.sender} ${Math.floor(part.atMs / 86_400_000)}`;
  });
  return [...groups.values()].map((own) => {
    const first = own[0] as Part;
    const kind = first.name.split('.').at(-1)?.toLowerCase() ?? '';
    const people = own.reduce((n, { recipients }) => Math.max(n, recipients), 0);
    return draftFrom({
      rule: 'stream/rare-attachment',
      tenant: first.tenant,
      group: first.sender,
      at: first,
      title: `${first.sender} sent .${kind} files to ${plural(people, 'person', 'people')}`,
      message:
        `The file is "${first.name}". Business mail does not need this kind of file, and ` +
        'phishing uses it to run code. Likely harmless when: this sender is known to send such ' +
        'files.',
      next:
        'Ask the recipients whether they opened the file, and isolate the devices of those who ' +
        `did. Block .${kind} files at the mail gateway.`,
      severity: kind === 'rdp' ? 4 : 2,
      techniques: ['T1566.001', 'T1204.002'],
      seen: own.slice(0, 50),
    });
  });
}

function lureLinks(world: Correspondents, parts: readonly Part[]): FindingDraft[] {
  const ownOf = new Map([...world.own].map(([tenant, own]) => [tenant, new KnownDomains(own)]));
  return parts.flatMap((part): FindingDraft[] => {
    if (!part.name.includes('://')) return [];
    const host = URL.canParse(part.name) ? new URL(part.name).hostname : '';
    const like = ownOf.get(part.tenant)?.imitatedBy(host);
    const trick = trickOf(part.name) ?? (like === undefined ? undefined : `imitates ${like.to}`);
    if (trick === undefined) return [];
    return [
      draftFrom({
        rule: 'stream/lure-link',
        tenant: part.tenant,
        group: `${part.sender} ${host}`,
        at: part,
        title: `${part.sender} sent a link that ${trick}`,
        message:
          `The link leads to ${host}. ${plural(part.recipients, 'person', 'people')} received ` +
          'it. Pages behind such links collect passwords and tokens. Likely harmless when: the ' +
          'host belongs to a supplier that the recipients know.',
        next:
          'Check who clicked the link, and look for unusual sign-ins of these people afterwards. ' +
          'Remove the message from all mailboxes.',
        severity: 2,
        techniques: ['T1566.002'],
        seen: [part],
      }),
    ];
  });
}

/** An employee who writes to many colleagues in a day and never wrote to nearly as many. */
async function lateral(window: DetectionWindow, world: Correspondents): Promise<FindingDraft[]> {
  const fromMs = Math.trunc(window.period.fromMs);
  const rows = await queryEvents(
    window,
    HISTORY_MS,
    ['index', 'org', 'sender', 'd', 't', 'recipients', 'ip'],
    (events) => `WITH m AS NOT MATERIALIZED (SELECT * FROM ${events}
        WHERE class_uid = 4009 AND sender LIKE '%@%'),
      many AS (SELECT DISTINCT org, sender FROM (SELECT org, sender, d FROM m WHERE d >= ${fromMs}
        GROUP BY ALL HAVING count(DISTINCT target_name) >= ${LATERAL_PEOPLE_MIN})),
      v AS (SELECT arg_min("index", (t, "index")) AS "index", org, sender, d, min(t) AS t,
          count(DISTINCT target_name) AS recipients, arg_min(ip, (t, "index")) AS ip
        FROM m SEMI JOIN many USING (org, sender) GROUP BY org, sender, d),
      w AS (SELECT *, max(recipients) OVER before AS most, count(*) OVER before AS days FROM v
        WINDOW before AS (PARTITION BY org, sender ORDER BY d
          RANGE BETWEEN ${HISTORY_MS} PRECEDING AND 1 PRECEDING))
      SELECT "index", org, sender, d, t, recipients, ip FROM w
      WHERE recipients >= ${LATERAL_PEOPLE_MIN} AND days >= ${WARM_DAYS_MIN}
        AND recipients > most * ${VOLUME_TIMES} AND d >= ${fromMs} ORDER BY d, "index"`,
    CANDIDATES_EXAMINED_MAX,
  );
  return rows
    .map((row): DomainMailDay => {
      const sender = textOf(row['sender']) ?? '';
      return {
        index: numberOf(row['index']),
        atMs: numberOf(row['t']),
        tenant: String(row['org']),
        domain: sender.split('@')[1] ?? '',
        day: numberOf(row['d']),
        recipients: numberOf(row['recipients']),
        ip: textOf(row['ip']),
        sender,
      };
    })
    .filter((day) => isWithin(window, day.atMs) && isOwn(world, day))
    .map(lateralDraft);
}

function lateralDraft(day: DomainMailDay): FindingDraft {
  return draftFrom({
    rule: 'stream/lateral-phishing',
    tenant: day.tenant,
    group: day.sender,
    at: day,
    title: `${day.sender} wrote to ${day.recipients} people in one day`,
    message:
      'This person never wrote to nearly as many people. Intruders send phishing from accounts ' +
      'that they took over, because colleagues trust them. Likely harmless when: the person ' +
      'sent an announcement that their colleagues expect.',
    next:
      `Ask ${day.sender} whether they sent it. If not, revoke their sessions and remove the mail ` +
      'from all mailboxes.',
    severity: 3,
    techniques: ['T1534'],
    seen: [day],
  });
}
