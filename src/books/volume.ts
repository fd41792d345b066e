import { normalise, plural } from '../core/index.ts';
import type { EventRow } from './row.ts';

const DAY_MS = 86_400_000;

/**
 * What was read, moved and sent, in honest sentences: every number is a lower bound, since
 * records are suppressed, aggregated and throttled by the vendor (contracts, 2.6).
 */
export function volumesOf(actions: readonly EventRow[]): string[] {
  return [
    ...mailRead(actions),
    ...mailSynchronised(actions),
    ...mailThrottled(actions),
    ...mailSent(actions),
    ...filesMoved(actions),
  ];
}

function mailRead(actions: readonly EventRow[]): string[] {
  const binds = actions.filter((a) => a.event.accessType === 'Bind');
  if (binds.length === 0) return [];
  const items = sum(binds.map((a) => a.event.itemCount));
  return [`read at least ${plural(items, 'item')} in ${mailboxes(binds)}`];
}

/** Only the folder is recorded: every item in it must be assumed taken. */
function mailSynchronised(actions: readonly EventRow[]): string[] {
  const syncs = actions.filter((a) => a.event.accessType === 'Sync');
  if (syncs.length === 0) return [];
  const stated = syncs.filter((a) => a.event.folder !== null);
  const folders = distinct(stated.map((a) => `${a.event.mailbox ?? ''}\n${a.event.folder}`));
  const unnamed = syncs.length - stated.length;
  const parts: string[] = [];
  if (folders > 0) {
    parts.push(`${plural(folders, 'folder')} synchronised in ${mailboxes(stated)}`);
  }
  if (unnamed > 0) {
    parts.push(`${plural(unnamed, 'synchronisation')} of a folder that is not named`);
  }
  return [`${parts.join(' and ')}, contents not known: assume every item taken`];
}

/** After the throttling record nothing is recorded for 24 hours: not little, but unknown. */
function mailThrottled(actions: readonly EventRow[]): string[] {
  const throttled = actions.filter((a) => a.event.isThrottled);
  const byMailbox = Map.groupBy(throttled, (a) => a.event.mailbox);
  const ordered = [...byMailbox].sort(([a], [b]) => compare(a ?? '', b ?? ''));
  return ordered.flatMap(([mailbox, rows]) =>
    normalise(rows.map((a) => ({ from: a.event.timeMs, to: a.event.timeMs + DAY_MS }))).map(
      ({ from, to }) =>
        `recording of ${mailbox ?? 'a mailbox that is not named'} throttled from ` +
        `${minute(from)} for ${Math.round((to - from) / 3_600_000)} h: ` +
        'what was read then is not known',
    ),
  );
}

const EMAIL = 4009;
const EMAIL_SEND = 1;

function mailSent(actions: readonly EventRow[]): string[] {
  const sent = actions.filter(
    (a) => a.event.classUid === EMAIL && a.event.activityId === EMAIL_SEND && isDone(a),
  );
  if (sent.length === 0) return [];
  return [`sent at least ${plural(sum(sent.map((a) => a.event.itemCount)), 'message')}`];
}

const FILE_HOSTING = 6006;

/** OCSF 1.8.0 File Hosting Activity, the activities that move or show contents. */
const FILE_VERBS: readonly (readonly [activityId: number, verb: string])[] = [
  [2, 'downloaded'],
  [15, 'synchronised'],
  [14, 'opened'],
  [9, 'previewed'],
  [1, 'uploaded'],
  [12, 'shared'],
  [4, 'deleted'],
];

function filesMoved(actions: readonly EventRow[]): string[] {
  const files = actions.filter((a) => a.event.classUid === FILE_HOSTING && isDone(a));
  return FILE_VERBS.flatMap(([activityId, verb]) => {
    const some = files.filter((a) => a.event.activityId === activityId);
    if (some.length === 0) return [];
    const sizes = some.map((a) => a.event.byteCount).filter((n) => n !== null);
    const size = sizes.length === 0 ? 'sizes not stated' : `at least ${bytes(sum(sizes))}`;
    const different = distinct(some.map((a) => a.event.object));
    const items = plural(sum(some.map((a) => a.event.itemCount)), 'time');
    return [`${verb} files at least ${items}: ${different} different, ${size}`];
  });
}

function isDone(action: EventRow): boolean {
  return action.event.statusId !== 2;
}

function mailboxes(rows: readonly EventRow[]): string {
  const named = rows.map((a) => a.event.mailbox).filter((m) => m !== null);
  const known = new Set(named).size;
  if (known === 0) return 'mailboxes that are not named';
  return named.length < rows.length
    ? `at least ${plural(known, 'mailbox')}`
    : plural(known, 'mailbox');
}

function distinct(values: readonly (string | null)[]): number {
  return new Set(values).size;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, n) => total + n, 0);
}

/** As "2024-01-12 14:02 UTC". */
function minute(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

function bytes(n: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  let value = n;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  // Rounded down, so that "at least" stays true.
  return `${unit === 0 ? value : Math.floor(value * 10) / 10} ${units[unit]}`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
