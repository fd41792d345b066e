import { HASH_BYTES, sha256Into } from '@countersign/tlog';
import { type Frame, readFrame } from './journal-frame.ts';

/**
 * A journal file is a header and groups. A group is what one fdatasync made durable:
 *
 *     magic 8 | first index 6 | nonce 16 | SHA-256 of these and of the origin
 *     | magic 8 | first index 6 | entry count 4 | frame bytes 4 | SHA-256 of the nonce and these
 *       | frames
 *     | …
 *     | zeros, reserved for further groups
 *
 * A group is written only after the previous one is durable. So everything before a whole group
 * header was acknowledged, and must be whole too. Only the last group can be torn. The nonce is
 * random, so that an attacker cannot send a record that contains a valid group header.
 */
const FILE_MAGIC = Buffer.from('CSJRNAL1', 'latin1');
const GROUP_MAGIC = Buffer.from('CSGROUP1', 'latin1');
const NONCE_AT = 14;
export const JOURNAL_NONCE_BYTES = 16;
const FILE_DIGEST_AT: number = NONCE_AT + JOURNAL_NONCE_BYTES;
const GROUP_DIGEST_AT = 22;
export const JOURNAL_HEADER_BYTES: number = FILE_DIGEST_AT + HASH_BYTES;
export const GROUP_HEADER_BYTES: number = GROUP_DIGEST_AT + HASH_BYTES;

export type JournalIdentity = {
  readonly firstIndex: number;
  readonly origin: string;
  readonly nonce: Uint8Array;
};

export function encodeJournalHeader({ firstIndex, origin, nonce }: JournalIdentity): Buffer {
  const header = Buffer.alloc(JOURNAL_HEADER_BYTES);
  FILE_MAGIC.copy(header);
  header.writeUIntBE(firstIndex, 8, 6);
  header.set(nonce, NONCE_AT);
  const named = Buffer.concat([header.subarray(0, FILE_DIGEST_AT), Buffer.from(origin)]);
  sha256Into(named, header, FILE_DIGEST_AT);
  return header;
}

export type GroupHeader = {
  readonly firstIndex: number;
  readonly count: number;
  readonly frameBytes: number;
};

export function encodeGroupHeader(group: GroupHeader, nonce: Uint8Array): Buffer {
  const header = Buffer.alloc(GROUP_HEADER_BYTES);
  GROUP_MAGIC.copy(header);
  header.writeUIntBE(group.firstIndex, 8, 6);
  header.writeUInt32BE(group.count, 14);
  header.writeUInt32BE(group.frameBytes, 18);
  sha256Into(Buffer.concat([nonce, header.subarray(0, GROUP_DIGEST_AT)]), header, GROUP_DIGEST_AT);
  return header;
}

function decodeGroupHeader(bytes: Buffer, at: number, nonce: Uint8Array): GroupHeader | undefined {
  const header = bytes.subarray(at, at + GROUP_HEADER_BYTES);
  if (header.length < GROUP_HEADER_BYTES || !header.subarray(0, 8).equals(GROUP_MAGIC)) {
    return undefined;
  }
  const group: GroupHeader = {
    firstIndex: header.readUIntBE(8, 6),
    count: header.readUInt32BE(14),
    frameBytes: header.readUInt32BE(18),
  };
  return header.equals(encodeGroupHeader(group, nonce)) ? group : undefined;
}

/** The content of a journal file. */
export type JournalContent = {
  readonly frames: readonly Frame[];
  /** The offset of the first changed byte; undefined if the file is intact. */
  readonly brokenAt: number | undefined;
  /** True if data follows that was written only after the broken position was durable. */
  readonly isFollowed: boolean;
};

export function readJournal(
  bytes: Buffer,
  expected: { readonly firstIndex: number; readonly origin: string },
): JournalContent {
  const frames: Frame[] = [];
  const header = bytes.subarray(0, JOURNAL_HEADER_BYTES);
  const nonce = header.subarray(NONCE_AT, FILE_DIGEST_AT);
  const isWholeHeader =
    nonce.length === JOURNAL_NONCE_BYTES &&
    header.equals(encodeJournalHeader({ ...expected, nonce }));
  // The header is durable before the first group is written.
  const hasGroups = bytes.length > JOURNAL_HEADER_BYTES;
  if (!isWholeHeader) return { frames, brokenAt: 0, isFollowed: hasGroups };
  let at = JOURNAL_HEADER_BYTES;
  let index = expected.firstIndex;
  while (at < bytes.length) {
    const group = decodeGroupHeader(bytes, at, nonce);
    if (group === undefined && isReserve(bytes, at)) break;
    let next = at + GROUP_HEADER_BYTES;
    const end = next + (group?.frameBytes ?? 0);
    const groupFirst = index;
    while (group !== undefined && group.firstIndex === groupFirst && next < end) {
      const frame = readFrame(bytes.subarray(0, end), next);
      if (frame === undefined || frame.firstIndex !== index) break;
      frames.push(frame);
      index += frame.count;
      next += frame.bytes.length;
    }
    const isWhole = group !== undefined && next === end && index === groupFirst + group.count;
    if (!isWhole) return { frames, brokenAt: at, isFollowed: hasGroupAfter(bytes, at + 1, nonce) };
    at = end;
  }
  return { frames, brokenAt: undefined, isFollowed: false };
}

function isReserve(bytes: Buffer, from: number): boolean {
  for (let at = from; at < bytes.length; at++) if (bytes[at] !== 0) return false;
  return true;
}

function hasGroupAfter(bytes: Buffer, from: number, nonce: Uint8Array): boolean {
  let at = bytes.indexOf(GROUP_MAGIC, from);
  while (at >= 0) {
    if (decodeGroupHeader(bytes, at, nonce) !== undefined) return true;
    at = bytes.indexOf(GROUP_MAGIC, at + 1);
  }
  return false;
}
