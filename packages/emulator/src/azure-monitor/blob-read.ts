import { createHash } from 'node:crypto';
import type { Ask, Reply } from '../http/http-message.ts';
import type { Hour, HourIndex } from './hour-index.ts';

import { etagOf } from './list-blobs.ts';
import { StorageError, xml } from './storage-errors.ts';

/** The service computes MD5 of ranges up to this size. */
const RANGE_MD5_BYTES_MAX: number = 4 * 1024 * 1024;

/** Serves Get Blob, Get Blob Properties and similar requests for one blob. */
export function readBlob(ask: Ask, hour: Hour, index: HourIndex): Reply {
  const etag = `"${etagOf(hour)}"`;
  const headers = {
    'content-type': 'application/octet-stream',
    'accept-ranges': 'bytes',
    etag,
    'last-modified': new Date(hour.changedMs).toUTCString(),
    'x-ms-creation-time': new Date(hour.fromMs).toUTCString(),
    'x-ms-blob-type': 'AppendBlob',
    'x-ms-blob-committed-block-count': String(hour.blocks),
    'x-ms-lease-status': 'unlocked',
    'x-ms-lease-state': 'available',
    'x-ms-server-encrypted': 'true',
  };
  // Blobs of the export have no snapshots or versions.
  if (ask.query.has('snapshot') || ask.query.has('versionid')) throw notFound();
  const comp = ask.query.get('comp');
  if (comp === 'tags') return asXml('<Tags><TagSet /></Tags>');
  if (comp === 'blocklist' || comp === 'pagelist')
    throw new StorageError(409, 'InvalidBlobType', 'The blob type is invalid for this operation.');
  if (comp !== null && comp !== 'metadata')
    throw new StorageError(400, 'InvalidQueryParameterValue', INVALID_QUERY);
  const unmet = unmetCondition(ask, hour, etag);
  if (unmet === 304)
    return { status: 304, headers: { ...headers, 'x-ms-error-code': 'ConditionNotMet' } };
  if (unmet === 412)
    throw new StorageError(
      412,
      'ConditionNotMet',
      'The condition specified using HTTP conditional header(s) is not met.',
    );
  if (comp === 'metadata') return { status: 200, headers };
  const range = rangeOf(ask, hour.bytes);
  const body = index.read(hour, range ?? { from: 0, to: hour.bytes });
  if (range === undefined) return { status: 200, headers, body };
  const content = `bytes ${range.from}-${range.to - 1}/${hour.bytes}`;
  const digest = wantsDigest(ask, range) && {
    'content-md5': createHash('md5').update(body).digest('base64'),
  };
  return { status: 206, headers: { ...headers, ...digest, 'content-range': content }, body };
}

export const INVALID_QUERY =
  'Value for one of the query parameters specified in the request URI is invalid.';

export function notFound(): StorageError {
  return new StorageError(404, 'BlobNotFound', 'The specified blob does not exist.');
}

export function asXml(element: string): Reply {
  return { status: 200, headers: { 'content-type': 'application/xml' }, body: xml(element) };
}

function wantsDigest(ask: Ask, { from, to }: { from: number; to: number }): boolean {
  if (ask.headers['x-ms-range-get-content-md5']?.toLowerCase() !== 'true') return false;
  if (to - from <= RANGE_MD5_BYTES_MAX) return true;
  throw new StorageError(
    400,
    'OutOfRangeInput',
    'One of the request inputs is out of range: a digest is given of 4 MiB at most.',
  );
}

/** RFC 9110 section 13.2.2: which of several conditions counts. */
function unmetCondition(ask: Ask, { changedMs }: Hour, etag: string): 304 | 412 | undefined {
  const changed = changedMs - (changedMs % 1_000);
  const time = (name: string): number => Date.parse(ask.headers[name] ?? '');
  const match = ask.headers['if-match'];
  if (match !== undefined && !isNamed(match, etag)) return 412;
  // Without a date the comparison is with NaN, which is never less.
  if (match === undefined && time('if-unmodified-since') < changed) return 412;
  const noneMatch = ask.headers['if-none-match'];
  if (noneMatch !== undefined) return isNamed(noneMatch, etag) ? 304 : undefined;
  return changed <= time('if-modified-since') ? 304 : undefined;
}

/** Lists give ETags without quotes, headers with them, and clients return either. */
function isNamed(sent: string, etag: string): boolean {
  const bare = (text: string): string => text.trim().replace(/^W\//, '').replaceAll('"', '');
  return sent.split(',').some((one) => bare(one) === '*' || bare(one) === bare(etag));
}

/** `x-ms-range` takes precedence over `Range`. Only one byte range, as in the service. */
function rangeOf(ask: Ask, bytes: number): { from: number; to: number } | undefined {
  const own = ask.headers['x-ms-range'];
  const found = /^bytes=(\d+)-(\d*)$/.exec(own ?? ask.headers['range'] ?? '');
  if (found === null && own !== undefined)
    throw new StorageError(
      400,
      'InvalidHeaderValue',
      'The value for one of the HTTP headers is not in the correct format.',
    );
  if (found === null) return undefined;
  const from = Number(found[1]);
  const to = found[2] === '' ? bytes : Math.min(bytes, Number(found[2]) + 1);
  if (from >= bytes || from >= to)
    throw new StorageError(
      416,
      'InvalidRange',
      'The range specified is invalid for the current size of the resource.',
      { 'content-range': `bytes */${bytes}` },
    );
  return { from, to };
}
