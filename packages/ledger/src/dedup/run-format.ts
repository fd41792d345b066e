import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { assert } from '@countersign/core';
import { TEMPORARY_SUFFIX, twelveDigits } from '../folder/folder-layout.ts';
import { BLOCK_WORDS, blockCount, directoryLength } from './bloom-filter.ts';
import { PART_COUNT, RECORD_BYTES } from './key-format.ts';
import { ENTRY_INDEX_MAX, PART_ENTRIES_MAX } from './limits.ts';

/**
 * A run file: a header of one page, then the records, the filter and the directory of each of the
 * 32 parts. Every byte is under a SHA-256 digest. The header's own digest is at its end; those of
 * the parts are in the header. A file never changes once it has its name.
 */
export const HEADER_BYTES = 4096;
const DIGEST_BYTES = 32;
export const IDENTITY_BYTES = 32;

/** "CSFP0002" as two words. A machine of the other byte order reads another magic. */
const MAGIC_0 = 0x5046_5343;
const MAGIC_1 = 0x3230_3030;
const AT_FROM = 8;
const AT_TO = 16;
const AT_IDENTITY = 24;
const AT_COUNTS = AT_IDENTITY + IDENTITY_BYTES;
const AT_RECORD_DIGESTS = AT_COUNTS + PART_COUNT * 4;
const AT_FILTER_DIGESTS = AT_RECORD_DIGESTS + PART_COUNT * DIGEST_BYTES;
const AT_DIGEST = HEADER_BYTES - DIGEST_BYTES;

/** The header of a run: it holds the fingerprints of the entries `[from, to)`. */
export type RunHeader = {
  readonly from: number;
  readonly to: number;
  /** The identity of the ledger and fingerprint key: 32 bytes that the ledger chooses. */
  readonly identity: Uint8Array;
  /** The number of entries in each part. */
  readonly counts: readonly number[];
  readonly recordDigests: readonly Uint8Array[];
  readonly filterDigests: readonly Uint8Array[];
};

/** The offsets of the three pieces of a part in the file, in bytes. */
export type PartPlace = {
  readonly count: number;
  readonly recordsAt: number;
  readonly filterAt: number;
  readonly filterBytes: number;
  readonly directoryAt: number;
  readonly directoryBytes: number;
  readonly end: number;
};

export function partOffsets(counts: readonly number[]): readonly PartPlace[] {
  let at = HEADER_BYTES;
  return counts.map((count) => {
    const recordsAt = at;
    const filterAt = recordsAt + count * RECORD_BYTES;
    const filterBytes = blockCount(count) * BLOCK_WORDS * 4;
    const directoryAt = filterAt + filterBytes;
    const directoryBytes = directoryLength(count) * 4;
    at = directoryAt + directoryBytes;
    return { count, recordsAt, filterAt, filterBytes, directoryAt, directoryBytes, end: at };
  });
}

export function encodeHeader(header: RunHeader): Uint8Array {
  assert(header.identity.length === IDENTITY_BYTES, 'an identity has 32 bytes');
  const bytes = new Uint8Array(HEADER_BYTES);
  const words = new Uint32Array(bytes.buffer);
  const numbers = new Float64Array(bytes.buffer);
  words[0] = MAGIC_0;
  words[1] = MAGIC_1;
  numbers[AT_FROM / 8] = header.from;
  numbers[AT_TO / 8] = header.to;
  bytes.set(header.identity, AT_IDENTITY);
  for (let part = 0; part < PART_COUNT; part++) {
    const count = header.counts[part] as number;
    assert(count <= PART_ENTRIES_MAX, 'the entries of a part are counted in 32 bits');
    words[AT_COUNTS / 4 + part] = count;
    bytes.set(header.recordDigests[part] as Uint8Array, AT_RECORD_DIGESTS + part * DIGEST_BYTES);
    bytes.set(header.filterDigests[part] as Uint8Array, AT_FILTER_DIGESTS + part * DIGEST_BYTES);
  }
  bytes.set(sha256(bytes.subarray(0, AT_DIGEST)), AT_DIGEST);
  return bytes;
}

/** Returns the header, or a text that says what is wrong with it. */
export function decodeHeader(bytes: Uint8Array<ArrayBuffer>): RunHeader | string {
  if (bytes.length < HEADER_BYTES) return 'the file is shorter than its header';
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset, HEADER_BYTES / 4);
  const numbers = new Float64Array(bytes.buffer, bytes.byteOffset, HEADER_BYTES / 8);
  if (words[0] !== MAGIC_0 || words[1] !== MAGIC_1) return 'the header is not the header of a run';
  if (!equalBytes(sha256(bytes.subarray(0, AT_DIGEST)), bytes.subarray(AT_DIGEST))) {
    return 'the header does not match its digest';
  }
  const from = numbers[AT_FROM / 8] as number;
  const to = numbers[AT_TO / 8] as number;
  if (!(Number.isInteger(from) && Number.isInteger(to) && from >= 0 && from < to)) {
    return 'the header names no range of entries';
  }
  if (to > ENTRY_INDEX_MAX) return 'the header names entries beyond the limit';
  return {
    from,
    to,
    identity: bytes.slice(AT_IDENTITY, AT_IDENTITY + IDENTITY_BYTES),
    counts: [...words.subarray(AT_COUNTS / 4, AT_COUNTS / 4 + PART_COUNT)],
    recordDigests: digestsAt(bytes, AT_RECORD_DIGESTS),
    filterDigests: digestsAt(bytes, AT_FILTER_DIGESTS),
  };
}

export function sha256(bytes: Uint8Array): Uint8Array {
  return createHash('sha256').update(bytes).digest();
}

export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}

const RUN_SUFFIX = '.run';
const RUN_NAME = /^(\d{12,15})-(\d{12,15})\.run$/;

export function runPath(dir: string, from: number, to: number): string {
  return join(dir, `${twelveDigits(from)}-${twelveDigits(to)}${RUN_SUFFIX}`);
}

/** The range in the name of a run file; undefined for any other name. */
export function rangeOfName(name: string): { from: number; to: number } | undefined {
  const match = RUN_NAME.exec(name);
  return match === null ? undefined : { from: Number(match[1]), to: Number(match[2]) };
}

export function isUnfinished(name: string): boolean {
  return name.endsWith(RUN_SUFFIX + TEMPORARY_SUFFIX);
}

function digestsAt(bytes: Uint8Array, at: number): readonly Uint8Array[] {
  return Array.from({ length: PART_COUNT }, (_, part) =>
    bytes.slice(at + part * DIGEST_BYTES, at + (part + 1) * DIGEST_BYTES),
  );
}
