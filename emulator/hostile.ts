import { gzipSync } from 'node:zlib';
import type { Batch } from './batch-shelf.ts';
import type { Reply } from './http.ts';

export type Hostility = 'html' | 'redirected' | 'bomb' | 'huge' | 'deep' | 'foreign';

/** One member of the bomb inflates to this; gzip members may follow each other without end. */
const BOMB_MEMBER_BYTES = 16 * 1024 * 1024;
/** Together 4 GiB, from 4 MiB on the wire. */
const BOMB_MEMBERS = 256;
/** More than any blob that was ever seen, and still sent within a second. */
const HUGE_BYTES = 64 * 1024 * 1024;
/** Deep enough to end the stack of a parser that recurses. */
const DEPTH = 100_000;
/** No tenant of any test. */
const STRANGER = '6f0d1e2c-0000-4000-8000-5742616e6765';

const JSON_TYPE = { 'content-type': 'application/json; charset=utf-8' };

/** What a broken or hostile server sends in place of a blob. */
export function hostileReply(options: {
  readonly kind: Hostility;
  readonly trap: string;
  readonly batch: Batch;
  readonly read: () => Buffer;
}): Reply {
  const { kind, trap, batch, read } = options;
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
    case 'huge': {
      const padding = Buffer.alloc(HUGE_BYTES, 'x');
      const own = read();
      const parts = [own.subarray(0, -1), Buffer.from(',{"Id":"'), padding, Buffer.from('"}]')];
      return { status: 200, headers: JSON_TYPE, body: Buffer.concat(parts) };
    }
    case 'deep':
      return { status: 200, headers: JSON_TYPE, body: '['.repeat(DEPTH) + ']'.repeat(DEPTH) };
    case 'foreign':
      return { status: 200, headers: JSON_TYPE, body: withStranger(batch, read()) };
  }
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
