import { numberText } from '@countersign/core';
import { CANDIDATES_EXAMINED_MAX, MOVED_USED_WITHIN_MS } from '../limits.ts';
import { numberOf, queryEvents, seenOf, sqlList, textOf } from '../windows/event-query.ts';
import { type CitedEvent, DAY_MS, type DetectionWindow } from '../windows/window-detector.ts';

/** An action in a session after it moved, from another network than before. */
export type SessionActivity = CitedEvent & {
  readonly kind: 'mail' | 'files';
  readonly items: number;
};

/** A session that continued elsewhere. */
export type RelocatedSession = {
  readonly tenant: string;
  readonly session: string;
  /** Networks from which it was used before. */
  readonly homes: ReadonlySet<string>;
  readonly atMs: number;
};

/** The actions of each session in the period, in order. */
export async function activitiesOf(
  window: DetectionWindow,
  moved: readonly RelocatedSession[],
): Promise<ReadonlyMap<RelocatedSession, readonly SessionActivity[]>> {
  if (moved.length === 0) return new Map();
  const sessions = sqlList(new Set(moved.map(({ session }) => session)));
  const rows = await queryEvents(
    window,
    0,
    ['index', 't', 'org', 'session', 'actor', 'app', 'ip', 'net', 'kind', 'items'],
    (events) => `SELECT "index", t, org, session_uid, actor, app_uid, ip, net, kind,
        greatest(coalesce(item_count, 1), 1)
      FROM (SELECT *, CASE WHEN operation = 'MailItemsAccessed' THEN 'mail'
          WHEN operation IN ('FileDownloaded', 'FileSyncDownloadedFull') THEN 'files' END AS kind
        FROM ${events})
      WHERE kind IS NOT NULL AND status_id <> 2 AND ip IS NOT NULL
        AND session_uid IN (${sessions})
      ORDER BY t, "index"`,
    CANDIDATES_EXAMINED_MAX,
  );
  const bySession = Map.groupBy(rows, (row) => `${textOf(row['org'])} ${textOf(row['session'])}`);
  return new Map(
    moved.map((each) => {
      const own = bySession.get(`${each.tenant} ${each.session}`) ?? [];
      const behind = own.filter((row) => {
        const atMs = numberOf(row['t']);
        const isElsewhere = !each.homes.has(textOf(row['net']) ?? '');
        return isElsewhere && atMs >= each.atMs && atMs < each.atMs + MOVED_USED_WITHIN_MS;
      });
      return [each, behind.map(activityOf)];
    }),
  );
}

function activityOf(row: Awaited<ReturnType<typeof queryEvents>>[number]): SessionActivity {
  return {
    ...seenOf(row),
    kind: textOf(row['kind']) as SessionActivity['kind'],
    items: numberOf(row['items']),
  };
}

const TECHNIQUES: Readonly<Record<SessionActivity['kind'], string>> = {
  mail: 'T1114.002',
  files: 'T1530',
};

export function techniquesOf(activities: readonly SessionActivity[]): string[] {
  return [...new Set(activities.map(({ kind }) => TECHNIQUES[kind]))];
}

/** Renders `read 30 messages and downloaded 12 files`. */
export function activitiesText(activities: readonly SessionActivity[]): string {
  const count = (kind: SessionActivity['kind']): number =>
    activities.reduce((sum, activity) => sum + (activity.kind === kind ? activity.items : 0), 0);
  const [mail, files] = [count('mail'), count('files')];
  return [
    ...(mail > 0 ? [`read ${numberText(mail)} ${mail === 1 ? 'message' : 'messages'}`] : []),
    ...(files > 0 ? [`downloaded ${numberText(files)} ${files === 1 ? 'file' : 'files'}`] : []),
  ].join(' and ');
}

/** Groups activities by day. */
export function activitiesByDay(
  activities: readonly SessionActivity[],
): ReadonlyMap<number, readonly SessionActivity[]> {
  return Map.groupBy(activities, ({ atMs }) => Math.floor(atMs / DAY_MS));
}
