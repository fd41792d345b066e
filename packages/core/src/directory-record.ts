import { isGuid } from './ids.ts';
import { normalizeInstant } from './instant.ts';
import type { SourceId } from './record.ts';

/**
 * How a part of the directory was read. `snapshot`: all of it. `delta`: the changes since the last
 * read.
 */
export type DirectoryMode = 'snapshot' | 'delta';

type DirectoryRead = {
  readonly v: 1;
  readonly tenant: string;
  /** The part of the directory, such as `graph/delta.users`. */
  readonly source: SourceId;
  /** The time of the read. */
  readonly at: string;
  readonly mode: DirectoryMode;
};

/**
 * One directory object as the vendor delivered it: the body of an entry of kind `directory`. Each
 * object has its own entry, so that erasing one person's data leaves all other people's data.
 */
export type DirectoryItem = DirectoryRead & {
  readonly what: 'item';
  /**
   * In a delta, `@removed` marks a deleted object, and `members@delta` adds to the known members.
   */
  readonly item: { readonly [member: string]: unknown };
};

/**
 * The end of a page (stored after its items) and the cursor. After a crash, collection continues at
 * the last mark of the source and reads what follows it again.
 *
 * The state of a source is the items of its last complete snapshot, page 1 to the last page. Later
 * deltas are applied in index order. If an object appears twice in a snapshot, its later members
 * win, and `members@delta` add up.
 */
export type DirectoryMark = DirectoryRead & {
  readonly what: 'mark';
  /** 1-based, within one read. */
  readonly page: number;
  readonly isLast: boolean;
  /** The number of items on this page. */
  readonly count: number;
  /** The start of the snapshot that this page belongs to, or that this delta applies to. */
  readonly since: string;
  /** The link to continue from; null if the next read must be a full snapshot. */
  readonly next: string | null;
  /** For a complete snapshot of one page, a hash of the set of its items; otherwise null. */
  readonly digest: string | null;
};

/** Returns undefined for any other value, and for forms newer than this version. */
export function parseDirectoryItem(value: unknown): DirectoryItem | undefined {
  const read = readOf(value);
  if (read === undefined || !isObject(value) || value['what'] !== 'item') return undefined;
  const { item } = value;
  return isObject(item) ? { ...read, what: 'item', item } : undefined;
}

/** Returns undefined for any other value, and for forms newer than this version. */
export function parseDirectoryMark(value: unknown): DirectoryMark | undefined {
  const read = readOf(value);
  if (read === undefined || !isObject(value) || value['what'] !== 'mark') return undefined;
  const { page, count, isLast, since, next, digest } = value;
  if (!isCount(page) || !isCount(count) || typeof isLast !== 'boolean') return undefined;
  if (!isInstant(since) || !isTextOrNull(next) || !isTextOrNull(digest)) return undefined;
  return { ...read, what: 'mark', page, isLast, count, since, next, digest };
}

type Json = { readonly [member: string]: unknown };

function readOf(value: unknown): DirectoryRead | undefined {
  if (!isObject(value)) return undefined;
  const { v, tenant, source, at, mode } = value;
  if (v !== 1 || typeof source !== 'string' || !isInstant(at)) return undefined;
  if (mode !== 'snapshot' && mode !== 'delta') return undefined;
  if (typeof tenant !== 'string' || !isGuid(tenant)) return undefined;
  return { v, tenant, source, at, mode };
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isInstant(value: unknown): value is string {
  return typeof value === 'string' && normalizeInstant(value) === value;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isTextOrNull(value: unknown): value is string | null {
  return value === null || typeof value === 'string';
}
