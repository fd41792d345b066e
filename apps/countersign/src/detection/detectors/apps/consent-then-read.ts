import { plural } from '@countersign/core';
import type { FindingDraft } from '../../../store/rows/finding.ts';
import { CONSENT_USED_WITHIN_MS, HISTORY_MS } from '../limits.ts';
import { numberOf, queryEvents, type Row, sqlList, textOf } from '../windows/event-query.ts';
import {
  type CitedEvent,
  DAY_MS,
  type DetectionWindow,
  draftFrom,
  isWithin,
  type WindowDetector,
} from '../windows/window-detector.ts';
import { keysOf, type Step, stepsOf } from './app-changes.ts';

/** An application that received permissions and then starts to read mailboxes. */
export const consentRead: WindowDetector = {
  rules: ['stream/consent-read'],
  title: 'Application received permissions, then read mailboxes',
  needs: ['directory', 'exchange'],
  find: async (window) => {
    const steps = await stepsOf(window);
    const given = steps.filter(({ kind }) => kind === 'consent' || kind === 'app-role');
    if (given.length === 0) return [];
    const pairs: [Step, ReadonlySet<string>][] = [];
    for (const step of given) pairs.push([step, await keysOf(window, step)]);
    const reads = await readsOf(window, new Set(pairs.flatMap(([, keys]) => [...keys])));
    const ofApps = Map.groupBy(reads, ({ app, tenant }) => `${tenant} ${app}`);
    return [...ofApps.values()].flatMap((own) =>
      beginnings(own).flatMap((from) => draftOf(window, pairs, own.slice(from)) ?? []),
    );
  },
};

/** One day of an application in one mailbox. */
type MailboxReadDay = CitedEvent & {
  readonly tenant: string;
  readonly app: string;
  readonly keys: readonly string[];
  readonly mailbox: string;
  readonly items: number;
};

/** Mailbox reads by applications with these keys. Sign-ins link an application's two ids. */
async function readsOf(
  window: DetectionWindow,
  keys: ReadonlySet<string>,
): Promise<MailboxReadDay[]> {
  const ids = sqlList([...keys].filter((key) => !key.startsWith('name:')));
  const names = sqlList([...keys].filter((key) => key.startsWith('name:')).map((k) => k.slice(5)));
  const rows = await queryEvents(
    window,
    HISTORY_MS,
    ['index', 'org', 't', 'app', 'name', 'actor', 'principal', 'mailbox', 'items', 'ip', 'session'],
    (events) => `WITH apps AS (
        SELECT org, app_uid, any_value(actor_uid) AS principal, any_value(lower(app_name)) AS name
        FROM ${events} WHERE class_uid = 3002 AND app_uid IS NOT NULL
          AND (actor_uid IN (${ids}) AND actor_type = 4 OR lower(app_name) IN (${names}))
        GROUP BY org, app_uid),
      reads AS (SELECT * FROM ${events} WHERE operation = 'MailItemsAccessed'
        AND app_uid IS NOT NULL)
      SELECT arg_min(reads."index", (t, reads."index")), reads.org, min(t), reads.app_uid,
        any_value(apps.name), any_value(actor), any_value(apps.principal), mailbox,
        sum(item_count), arg_min(ip, (t, reads."index")), any_value(session_uid)
      FROM reads LEFT JOIN apps ON apps.org = reads.org AND apps.app_uid = reads.app_uid
      WHERE reads.app_uid IN (${ids}) OR apps.app_uid IS NOT NULL
      GROUP BY reads.org, reads.app_uid, mailbox, d ORDER BY 3, 1`,
  );
  return rows.map(readOf);
}

function readOf(row: Row): MailboxReadDay {
  const app = textOf(row['app']) ?? '';
  const [name, principal] = [textOf(row['name']), textOf(row['principal'])];
  const keys = [app, principal, name === null ? null : `name:${name}`];
  return {
    index: numberOf(row['index']),
    atMs: numberOf(row['t']),
    tenant: String(row['org']),
    mailbox: textOf(row['mailbox']) ?? '',
    items: numberOf(row['items']),
    keys: keys.filter((key) => key !== null),
    actor: textOf(row['actor']),
    session: textOf(row['session']),
    ip: textOf(row['ip']),
    app,
  };
}

/** First reads of an application after the whole look-back period without any. */
function beginnings(reads: readonly MailboxReadDay[]): number[] {
  return reads.flatMap(({ atMs }, at) => {
    const before = reads[at - 1];
    return before === undefined || atMs - before.atMs > HISTORY_MS ? [at] : [];
  });
}

function draftOf(
  window: DetectionWindow,
  pairs: readonly (readonly [Step, ReadonlySet<string>])[],
  reads: readonly MailboxReadDay[],
): FindingDraft | undefined {
  const [first] = reads;
  if (first === undefined || !isWithin(window, first.atMs)) return undefined;
  const own = pairs.filter(([step, keys]) => {
    const gapMs = first.atMs - step.atMs;
    const isBefore = gapMs >= 0 && gapMs <= CONSENT_USED_WITHIN_MS;
    return isBefore && step.tenant === first.tenant && first.keys.some((key) => keys.has(key));
  });
  const [step] = own[0] ?? [];
  if (step === undefined) return undefined;
  const sameDay = reads.filter(({ atMs }) => atMs < first.atMs + DAY_MS);
  const mailboxes = new Set(sameDay.map(({ mailbox }) => mailbox)).size;
  const items = sameDay.reduce((n, read) => n + read.items, 0);
  const what = step.targetName ?? first.app;
  const who = step.actorName ?? step.actor ?? 'An unnamed account';
  return draftFrom({
    rule: 'stream/consent-read',
    tenant: first.tenant,
    group: first.app,
    at: first,
    title: `${what} read ${plural(mailboxes, 'mailbox', 'mailboxes')} after a grant by ${who}`,
    message:
      `${who} granted permissions to ${what}. The application had read no mail in the weeks ` +
      `before, and opened ${plural(items, 'item')} in its first day. This is how consent ` +
      'phishing ' +
      'ends. Likely harmless when: the company introduced an application that works with mail.',
    next:
      `Ask ${who} whether they know the application. If not, remove its permissions and its ` +
      'service principal, and treat the opened items as read by an intruder.',
    severity: 4,
    techniques: ['T1528', 'T1114.002'],
    seen: [...own.map(([each]) => each).slice(0, 10), ...sameDay.slice(0, 40)],
  });
}
