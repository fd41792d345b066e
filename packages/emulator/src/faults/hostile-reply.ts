import { gzipSync } from 'node:zlib';
import type { Batch } from '../feeds/batch-store.ts';
import type { Ask, Reply } from '../http/http-message.ts';

export type Hostility = 'html' | 'redirected' | 'bomb' | 'huge' | 'deep' | 'foreign';

/** Inflated size of one bomb member. Gzip members can follow each other without end. */
const BOMB_MEMBER_BYTES = 16 * 1024 * 1024;
/** Together 4 GiB, from 4 MiB on the network. */
const BOMB_MEMBERS = 256;
/** Larger than any client can hold, and than any real blob. */
const FLOOD_BYTES = 2 ** 31;
/** Chunk size. Unread chunks are not generated. */
const FLOOD_PIECE_BYTES = 256 * 1024;
/** Deep enough to overflow the stack of a recursive parser. */
const DEPTH = 100_000;
/** Not a tenant of any test. */
const STRANGER = '6f0d1e2c-0000-4000-8000-5742616e6765';

const JSON_TYPE = { 'content-type': 'application/json; charset=utf-8' };

export type HostileOptions = {
  readonly kind: Hostility;
  /** Target of redirects. */
  readonly trap: string;
  /** Called with the bytes of a flood as they are read. */
  readonly onFlood: (bytes: number) => void;
};

/** The reply of a broken or hostile server in place of a blob. */
export function hostileReply(
  options: HostileOptions & { readonly batch: Batch; readonly read: () => Buffer },
): Reply {
  const { kind, trap, batch, read, onFlood } = options;
  if (kind === 'foreign') {
    return { status: 200, headers: JSON_TYPE, body: withStranger(batch, read()) };
  }
  if (kind !== 'huge') return senseless(kind, trap);
  const own = read();
  const start = Buffer.concat([own.subarray(0, -1), Buffer.from(',{"Id":"')]);
  const flood = (): Iterable<Buffer> => flooded(start, Buffer.from('"}]'), onFlood);
  return { status: 200, headers: JSON_TYPE, flood };
}

/** The same in place of a Graph page or a part of a storage blob; `own` is the real reply. */
export function hostilePage({ kind, trap, onFlood }: HostileOptions, own: Reply): Reply {
  const { status, headers = {}, body = '' } = own;
  if (kind === 'foreign') return { ...own, body: amongStrangers(String(body)) };
  if (kind !== 'huge') return senseless(kind, trap);
  const flood = (): Iterable<Buffer> => flooded(Buffer.alloc(0), Buffer.from(body), onFlood);
  return { status, headers, flood };
}

function senseless(kind: Exclude<Hostility, 'foreign' | 'huge'>, trap: string): Reply {
  switch (kind) {
    case 'html':
      return {
        status: 200,
        headers: { 'content-type': 'text/html' },
        body: '<!doctype html><title>Sign in</title><p>We will be right back.',
      };
    case 'redirected':
      return { status: 302, headers: { location: `${trap}/activity/feed/audit/stolen` } };
    case 'bomb': {
      const member = gzipSync(Buffer.alloc(BOMB_MEMBER_BYTES, ' '));
      const body = Buffer.concat(Array.from({ length: BOMB_MEMBERS }, () => member));
      return { status: 200, headers: { ...JSON_TYPE, 'content-encoding': 'gzip' }, body };
    }
    case 'deep':
      return { status: 200, headers: JSON_TYPE, body: '['.repeat(DEPTH) + ']'.repeat(DEPTH) };
  }
}

function* flooded(
  start: Buffer,
  end: Buffer,
  onFlood: HostileOptions['onFlood'],
): Generator<Buffer> {
  if (start.length > 0) yield start;
  const piece = Buffer.alloc(FLOOD_PIECE_BYTES, 'x');
  for (let bytes = 0; bytes < FLOOD_BYTES; bytes += piece.length) {
    onFlood(piece.length);
    yield piece;
  }
  yield end;
}

/** The batch, plus its first record as one of an unrelated tenant. */
function withStranger(batch: Batch, own: Buffer): string {
  const records = JSON.parse(own.toString('utf8')) as Record<string, unknown>[];
  const stranger = {
    ...records[0],
    Id: `${batch.serial.slice(0, 8)}-0000-4000-8000-${batch.serial.slice(8, 20)}`,
    OrganizationId: STRANGER,
  };
  return JSON.stringify([stranger, ...records]);
}

/** A Graph page that links to itself; other replies unchanged. */
export function loopedPage({ path, query }: Ask, own: Reply): Reply {
  const page = pageOf(String(own.body ?? ''));
  const context = page?.['@odata.context'];
  const base = typeof context === 'string' ? URL.parse(context) : null;
  if (page === undefined || base === null) return own;
  const { '@odata.deltaLink': _, ...rest } = page;
  const link = `${base.origin}${path}?${String(query).replaceAll('%24', '$')}`;
  return { ...own, body: JSON.stringify({ ...rest, '@odata.nextLink': link }) };
}

/** A Graph page with a foreign row before its own; other replies unchanged. */
function amongStrangers(text: string): string {
  const page = pageOf(text);
  if (page === undefined) return text;
  const { value } = page;
  const first = value[0] as Record<string, unknown>;
  const stranger = {
    ...first,
    resourceTenantId: STRANGER,
    homeTenantId: STRANGER,
    tenantId: STRANGER,
  };
  return JSON.stringify({ ...page, value: [stranger, ...value] });
}

type Page = { readonly [member: string]: unknown; readonly value: readonly unknown[] };

/** A non-empty page; undefined for anything else. */
function pageOf(text: string): Page | undefined {
  if (!text.startsWith('{')) return undefined;
  let page: { readonly value?: unknown };
  try {
    page = JSON.parse(text) as { readonly value?: unknown };
  } catch {
    // Lines of the diagnostic export, each its own object.
    return undefined;
  }
  return Array.isArray(page.value) && page.value.length > 0 ? (page as Page) : undefined;
}
