import { gzipSync } from 'node:zlib';
import type { Batch } from '../feeds/batch-store.ts';
import type { Ask, Reply } from '../http/http-message.ts';

export type Hostility = 'html' | 'redirected' | 'bomb' | 'huge' | 'deep' | 'foreign';

/** One member of the bomb inflates to this; gzip members may follow each other without end. */
const BOMB_MEMBER_BYTES = 16 * 1024 * 1024;
/** Together 4 GiB, from 4 MiB on the wire. */
const BOMB_MEMBERS = 256;
/** More than any client could hold, and than any blob that was ever seen. */
const FLOOD_BYTES = 2 ** 31;
/** Of it, at once: what a client has not taken is not made. */
const FLOOD_PIECE_BYTES = 256 * 1024;
/** Deep enough to end the stack of a parser that recurses. */
const DEPTH = 100_000;
/** No tenant of any test. */
const STRANGER = '6f0d1e2c-0000-4000-8000-5742616e6765';

const JSON_TYPE = { 'content-type': 'application/json; charset=utf-8' };

export type HostileOptions = {
  readonly kind: Hostility;
  /** Where redirects lead. */
  readonly trap: string;
  /** Told of the bytes of a flood as they are taken. */
  readonly onFlood: (bytes: number) => void;
};

/** What a broken or hostile server sends in place of a blob. */
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

/** What it sends in place of a page of Graph or of a part of a storage blob, which `own` is. */
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

/** The batch, and once more its first record as that of a tenant that has nothing to do with it. */
function withStranger(batch: Batch, own: Buffer): string {
  const records = JSON.parse(own.toString('utf8')) as Record<string, unknown>[];
  const stranger = {
    ...records[0],
    Id: `${batch.serial.slice(0, 8)}-0000-4000-8000-${batch.serial.slice(8, 20)}`,
    OrganizationId: STRANGER,
  };
  return JSON.stringify([stranger, ...records]);
}

/** A page of Graph that names itself as the next one; anything else as it is. */
export function loopedPage({ path, query }: Ask, own: Reply): Reply {
  const page = pageOf(String(own.body ?? ''));
  const context = page?.['@odata.context'];
  const base = typeof context === 'string' ? URL.parse(context) : null;
  if (page === undefined || base === null) return own;
  const { '@odata.deltaLink': _, ...rest } = page;
  const link = `${base.origin}${path}?${String(query).replaceAll('%24', '$')}`;
  return { ...own, body: JSON.stringify({ ...rest, '@odata.nextLink': link }) };
}

/** A page of Graph with a row of another tenant before its own; anything else as it is. */
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

/** A page with something on it; undefined for anything else. */
function pageOf(text: string): Page | undefined {
  if (!text.startsWith('{')) return undefined;
  let page: { readonly value?: unknown };
  try {
    page = JSON.parse(text) as { readonly value?: unknown };
  } catch {
    // Lines of the diagnostic export, each an object of its own.
    return undefined;
  }
  return Array.isArray(page.value) && page.value.length > 0 ? (page as Page) : undefined;
}
