import { plural } from '@countersign/core';
import type { FindingDraft } from '../../../store/rows/finding.ts';
import {
  APP_MAILBOXES_MAX,
  CANDIDATES_EXAMINED_MAX,
  HISTORY_MS,
  WARM_DAYS_MIN,
} from '../limits.ts';
import { numberOf, queryEvents, type Row, textOf } from '../windows/event-query.ts';
import {
  type CitedEvent,
  type DetectionWindow,
  draftFrom,
  isWithin,
  type WindowDetector,
} from '../windows/window-detector.ts';

/**
 * An application that appears in a new service, or opens a new mailbox after it always used the
 * same few.
 *
 * No allowlist exempts an application, because intruders borrow the vendor's own ones.
 */
export const appHabits: WindowDetector = {
  rules: ['stream/app-new', 'stream/mailbox-new-to-app'],
  title: 'Application used a service or mailbox for the first time',
  needs: ['exchange', 'sharepoint', 'directory'],
  find: async (window) => [...(await newApps(window)), ...(await newMailboxes(window))],
};

type Day = CitedEvent & {
  readonly tenant: string;
  readonly app: string;
  readonly name: string | null;
  /** A service or a mailbox. */
  readonly place: string;
  readonly day: number;
  readonly isItself: boolean;
};

const COLUMNS = ['index', 'org', 'app', 'name', 'place', 'd', 't', 'actor', 'ip', 'itself'];

function dayFrom(row: Row): Day {
  return {
    index: numberOf(row['index']),
    atMs: numberOf(row['t']),
    tenant: String(row['org']),
    app: textOf(row['app']) ?? '',
    name: textOf(row['name']),
    place: textOf(row['place']) ?? '',
    day: numberOf(row['d']),
    actor: textOf(row['actor']),
    ip: textOf(row['ip']),
    isItself: numberOf(row['itself']) === 1,
  };
}

async function newApps(window: DetectionWindow): Promise<FindingDraft[]> {
  const rows = await queryEvents(
    window,
    HISTORY_MS,
    COLUMNS,
    (events) => `SELECT arg_min("index", (t, "index")), org, app_uid, any_value(app_name), workload,
        d, min(t), arg_min(actor, (t, "index")), arg_min(ip, (t, "index")),
        bool_and(actor_type = 4)::INTEGER
      FROM ${events} WHERE app_uid IS NOT NULL AND workload IS NOT NULL AND class_uid <> 3002
        AND class_uid <> 0 AND status_id <> 2
      GROUP BY org, app_uid, workload, d ORDER BY d, 1`,
  );
  const days = rows.map(dayFrom);
  const services = Map.groupBy(days, ({ tenant, place }) => `${tenant} ${place}`);
  return [...services.values()].flatMap((all) => {
    const known = new Set(all.map(({ day }) => day));
    return beginningsOf(window, all, ({ app }) => app)
      .filter(({ day }) => warmDays(known, day) >= WARM_DAYS_MIN)
      .map(newAppDraft);
  });
}

/** First day of each place that was not seen during the look-back period. */
function beginningsOf(
  window: DetectionWindow,
  days: readonly Day[],
  keyOf: (day: Day) => string,
): Day[] {
  const latest = new Map<string, number>();
  return days.filter((one) => {
    const key = keyOf(one);
    const before = latest.get(key);
    latest.set(key, one.day);
    const isNew = before === undefined || one.day - before > HISTORY_MS;
    return isNew && isWithin(window, one.atMs);
  });
}

function warmDays(known: ReadonlySet<number>, day: number): number {
  let count = 0;
  for (const one of known) if (one < day && one >= day - HISTORY_MS) count++;
  return count;
}

function newAppDraft(first: Day): FindingDraft {
  const what = first.name ?? first.app;
  const isMail = first.place === 'Exchange' && first.isItself;
  return draftFrom({
    rule: 'stream/app-new',
    tenant: first.tenant,
    group: `${first.app} ${first.place}`,
    at: first,
    title: `${what} used ${first.place} for the first time`,
    message:
      `No record of the month before shows ${what} in ${first.place}. Intruders bring in ` +
      'applications, or borrow rarely used ones, to read data. Likely harmless when: the company ' +
      'introduced the application, or Microsoft renamed one of its own.',
    next:
      `Check who introduced ${what} and which permissions it has. Remove unapproved ` +
      'permissions.',
    severity: isMail ? 3 : 1,
    techniques: isMail ? ['T1114.002', 'T1550.001'] : ['T1550.001'],
    seen: [{ ...first, app: first.app }],
  });
}

async function newMailboxes(window: DetectionWindow): Promise<FindingDraft[]> {
  const rows = await queryEvents(
    window,
    HISTORY_MS,
    COLUMNS,
    (events) => `WITH reads AS (SELECT * FROM ${events} WHERE operation = 'MailItemsAccessed'
        AND app_uid IS NOT NULL AND mailbox IS NOT NULL AND actor_type = 4),
      few AS (SELECT org, app_uid, d FROM reads GROUP BY ALL
        HAVING count(DISTINCT mailbox) <= ${APP_MAILBOXES_MAX})
      SELECT arg_min("index", (t, "index")), org, app_uid, any_value(app_name), mailbox, d, min(t),
        arg_min(actor, (t, "index")), arg_min(ip, (t, "index")), 1
      FROM reads SEMI JOIN few USING (org, app_uid, d)
      GROUP BY org, app_uid, mailbox, d ORDER BY d, 1`,
    CANDIDATES_EXAMINED_MAX * 30,
  );
  const apps = Map.groupBy(rows.map(dayFrom), ({ tenant, app }) => `${tenant} ${app}`);
  return [...apps.values()].flatMap((own) => strayingOf(window, own));
}

/** Applications that used the same mailboxes for days and then opened others. */
function strayingOf(window: DetectionWindow, own: readonly Day[]): FindingDraft[] {
  const days = new Set(own.map(({ day }) => day));
  const strays = beginningsOf(window, own, ({ place }) => place).filter(({ day }) => {
    const before = own.filter((other) => other.day < day && other.day >= day - HISTORY_MS);
    if (warmDays(days, day) < WARM_DAYS_MIN) return false;
    // If it met new mailboxes on its later days too, that is its normal work.
    const settled = [...days].filter((d) => d < day).toSorted((a, b) => a - b);
    const since = settled.at(-WARM_DAYS_MIN + 1) ?? day;
    const known = new Set(before.filter((o) => o.day < since).map(({ place }) => place));
    return before.filter((o) => o.day >= since).every(({ place }) => known.has(place));
  });
  return [...Map.groupBy(strays, ({ day }) => day).values()].map(strayDraft);
}

function strayDraft(strays: readonly Day[]): FindingDraft {
  const first = strays[0] as Day;
  const what = first.name ?? first.app;
  return draftFrom({
    rule: 'stream/mailbox-new-to-app',
    tenant: first.tenant,
    group: first.app,
    at: first,
    title: `${what} opened ${plural(strays.length, 'new mailbox', 'new mailboxes')}`,
    message:
      'Until then the application opened the same mailboxes for days. New are: ' +
      `${strays
        .slice(0, 5)
        .map(({ place }) => place)
        .join(', ')}. A stolen secret of the application would look like this. ` +
      'Likely harmless when: these people started to use the application.',
    next:
      `Ask the owner of ${what} whether these mailboxes belong to it. If not, check the address ` +
      'of the reads and replace its credentials.',
    severity: 3,
    techniques: ['T1114.002', 'T1550.001'],
    seen: strays.slice(0, 50),
  });
}
