import { createHash } from 'node:crypto';
import {
  assert,
  type DirectoryItem,
  type DirectoryMark,
  type DirectoryMode,
  instantOfMs,
  JSON_DEPTH_MAX,
  type RecordDraft,
  type SourceId,
  type TenantId,
} from '@countersign/core';
import { HttpError } from '../../http/errors.ts';
import { JsonScanner } from '../../importers/files/json/json-scanner.ts';
import type { GraphPage } from './graph-reader.ts';

/** The state of a read of one part of the directory. */
export type PageContext = {
  readonly tenant: TenantId;
  readonly source: SourceId;
  readonly mode: DirectoryMode;
  /** The start of its snapshot. */
  readonly since: string;
  /** Pages that are in the ledger. */
  pages: number;
};

type PageEnd = Pick<DirectoryMark, 'isLast' | 'next'> & { readonly digest?: string };

/**
 * The items of a page as the delivered bytes.
 * @throws HttpError DAMAGED
 */
export function itemsOf({ bytes, items }: GraphPage, source: string): Buffer[] {
  return items.map(({ start, end }) => {
    const item = bytes.subarray(start, end);
    if (isWhole(item)) return item;
    const data = { service: 'not-an-object' };
    throw new HttpError('DAMAGED', `a page of ${source} holds an item that is not an object`, {
      data,
    });
  });
}

const OBJECT_OPENS = 0x7b;

function isWhole(item: Buffer): boolean {
  if (item[0] !== OBJECT_OPENS) return false;
  const scanner = new JsonScanner();
  scanner.begin(0);
  scanner.run(item, item.length);
  if (scanner.deepest > JSON_DEPTH_MAX) return false;
  try {
    JSON.parse(item.toString('utf8'));
    return true;
  } catch {
    return false;
  }
}

/** The entries of one page: its items as the delivered bytes, followed by the mark. */
export function pageDrafts(
  reading: PageContext,
  items: readonly Buffer[],
  end: PageEnd,
  nowMs: number,
): RecordDraft[] {
  const { tenant, source, mode, since, pages } = reading;
  const at = instantOf(nowMs);
  const read = { v: 1, tenant, source, at, mode } as const;
  const mark: DirectoryMark = {
    ...read,
    what: 'mark',
    page: pages + 1,
    isLast: end.isLast,
    count: items.length,
    since,
    next: end.next,
    digest: end.digest ?? null,
  };
  const head: Omit<DirectoryItem, 'item'> = { ...read, what: 'item' };
  const opening = Buffer.from(`${JSON.stringify(head).slice(0, -1)},"item":`);
  const bodies = [
    ...items.map((item) => Buffer.concat([opening, item, CLOSING])),
    Buffer.from(JSON.stringify(mark)),
  ];
  return bodies.map((body) => ({ kind: 'directory', tenant, source, id: undefined, at, body }));
}

/** A digest of the items as a set: the service guarantees no order. */
export function digestOf(items: readonly Buffer[]): string {
  const hashes = items.map((item) => createHash('sha256').update(item).digest('hex')).sort();
  return createHash('sha256').update(hashes.join('\n')).digest('hex');
}

export function instantOf(ms: number): string {
  const at = instantOfMs(ms);
  assert(at !== undefined, 'the clock shows a time that exists');
  return at;
}

const CLOSING = Buffer.from('}');
