import { normalize, plural } from '@countersign/core';
import type { EventRow } from '../../store/rows/event-row.ts';
import { isItemRead, THROTTLED_MS } from '../../store/rows/mail-access.ts';

/** Context that the actions themselves do not contain. */
export type VolumeContext = {
  /**
   * The items that each action read, by entry index, from the record's own list. Without it items
   * cannot be distinguished, so only reads are counted.
   */
  readonly items?: ReadonlyMap<number, readonly string[]> | undefined;
  /** Throttling records of relevant mailboxes, caused by any reader. */
  readonly throttled?: readonly EventRow[] | undefined;
};

/**
 * Sentences about what was read, moved and sent. Every number is a lower bound, because the vendor
 * suppresses, aggregates and throttles records (contracts, 2.6).
 */
export function volumesOf(actions: readonly EventRow[], besides: VolumeContext = {}): string[] {
  return [
    ...mailRead(actions, besides.items),
    ...mailSynchronized(actions),
    ...mailThrottled([...actions, ...(besides.throttled ?? [])]),
    ...mailSent(actions),
    ...mailDeleted(actions),
    ...filesMoved(actions),
  ];
}

function mailRead(actions: readonly EventRow[], items: VolumeContext['items']): string[] {
  const reads = actions.filter((a) => isItemRead(a) && isDone(a));
  if (reads.length === 0) return [];
  const times = sum(reads.map((a) => a.event.itemCount));
  const often = `at least ${plural(times, 'time')}`;
  if (items === undefined) return [`read items ${often} in ${mailboxes(reads)}`];
  const known = distinct(
    reads.flatMap((a) => (items.get(a.index) ?? []).map((id) => `${a.event.mailbox}\n${id}`)),
  );
  const read = `read at least ${plural(Math.max(1, known), 'item')} in ${mailboxes(reads)}`;
  return [times > Math.max(1, known) ? `${read}, ${often}` : read];
}

/** The record names only the folder, so assume that every item in it was taken. */
function mailSynchronized(actions: readonly EventRow[]): string[] {
  const syncs = actions.filter((a) => a.event.accessType?.toLowerCase() === 'sync' && isDone(a));
  if (syncs.length === 0) return [];
  const stated = syncs.filter((a) => a.event.folder !== null);
  const folders = distinct(stated.map((a) => `${a.event.mailbox ?? ''}\n${a.event.folder}`));
  const unnamed = syncs.length - stated.length;
  const parts: string[] = [];
  if (folders > 0) {
    parts.push(`${plural(folders, 'folder')} synchronized in ${mailboxes(stated)}`);
  }
  if (unnamed > 0) {
    parts.push(`${plural(unnamed, 'synchronization')} of an unnamed folder`);
  }
  return [`${parts.join(' and ')}, contents not known: assume that every item was taken`];
}

/** For 24 hours after a throttling record nothing is recorded: the volume is unknown, not low. */
function mailThrottled(actions: readonly EventRow[]): string[] {
  return throttledSpans(actions).map((span) => `${span}: reads of that time are not known`);
}

/** Each interval in which a mailbox was not recorded. */
export function throttledSpans(rows: readonly EventRow[]): string[] {
  const throttled = rows.filter((a) => a.event.isThrottled);
  const byMailbox = Map.groupBy(throttled, (a) => a.event.mailbox);
  const ordered = [...byMailbox].sort(([a], [b]) => compare(a ?? '', b ?? ''));
  return ordered.flatMap(([mailbox, some]) =>
    normalize(some.map((a) => ({ from: a.event.timeMs, to: a.event.timeMs + THROTTLED_MS }))).map(
      ({ from, to }) =>
        `recording of ${mailbox ?? 'an unnamed mailbox'} throttled from ` +
        `${minute(from)} for ${Math.round((to - from) / 3_600_000)} h`,
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

const MAIL_DELETIONS: ReadonlySet<string | null> = new Set([
  'HardDelete',
  'SoftDelete',
  'MoveToDeletedItems',
]);

function mailDeleted(actions: readonly EventRow[]): string[] {
  const deleted = actions.filter((a) => MAIL_DELETIONS.has(a.event.operation) && isDone(a));
  if (deleted.length === 0) return [];
  const times = plural(sum(deleted.map((a) => a.event.itemCount)), 'time');
  return [`deleted mail at least ${times} in ${mailboxes(deleted)}`];
}

const FILE_HOSTING = 6006;

/** Activities of OCSF 1.8.0 File Hosting Activity that move or show contents. */
const FILE_VERBS: readonly (readonly [activityId: number, verb: string])[] = [
  [2, 'downloaded'],
  [15, 'synchronized'],
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
  if (known === 0) return 'unnamed mailboxes';
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

/** Renders "2024-01-12 14:02 UTC". */
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
