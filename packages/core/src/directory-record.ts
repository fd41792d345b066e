import { isGuid } from './ids.ts';
import { normaliseInstant } from './instant.ts';
import type { SourceId } from './record.ts';

/**
 * What a part of the directory was read as. `snapshot`: all of it; `delta`: what changed since.
 */
export type DirectoryMode = 'snapshot' | 'delta';

type DirectoryRead = {
  readonly v: 1;
  readonly tenant: string;
  /** Which part, as `graph/delta.users`. */
  readonly source: SourceId;
  /** When it was read. */
  readonly at: string;
  readonly mode: DirectoryMode;
};

/**
 * One object of the directory as the vendor gave it: the body of an entry of kind `directory`. One
 * entry each, so that what is erased of one person is nothing of another.
 */
export type DirectoryItem = DirectoryRead & {
  readonly what: 'item';
  /** Of a delta with `@removed` when it is gone; `members@delta` adds to what is known. */
  readonly item: { readonly [member: string]: unknown };
};

/**
 * The end of a page, behind its items, and the cursor: after a crash it goes on from the last mark
 * of the source, and what stands behind that mark is read again.
 *
 * The state of a source is the items of its last whole snapshot (from the page numbered 1 to the
 * one that is last), with the deltas behind it laid over in order of index. Of an object that comes
 * twice in a snapshot the later members win, and `members@delta` add up.
 */
export type DirectoryMark = DirectoryRead & {
  readonly what: 'mark';
  /** 1-based, within one reading. */
  readonly page: number;
  readonly isLast: boolean;
  /** Items of this page. */
  readonly count: number;
  /** When the snapshot began that this belongs to, or lies over. */
  readonly since: string;
  /** Where it goes on; null where there is nothing but to read all of it again. */
  readonly next: string | null;
  /** Of a whole snapshot in one page, a hash of the set of its items; else null. */
  readonly digest: string | null;
};

/** Undefined for anything else, and for forms that are newer than this version. */
export function parseDirectoryItem(value: unknown): DirectoryItem | undefined {
  const read = readOf(value);
  if (read === undefined || !isObject(value) || value['what'] !== 'item') return undefined;
  const { item } = value;
  return isObject(item) ? { ...read, what: 'item', item } : undefined;
}

/** Undefined for anything else, and for forms that are newer than this version. */
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
  return typeof value === 'string' && normaliseInstant(value) === value;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isTextOrNull(value: unknown): value is string | null {
  return value === null || typeof value === 'string';
}
