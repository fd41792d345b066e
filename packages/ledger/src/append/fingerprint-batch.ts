import { isGuid, type Locus, plural, RECORD_BYTES_MAX, type RecordDraft } from '@countersign/core';
import { HASH_BYTES, sha256Into } from '@countersign/tlog';
import {
  type ActionKeys,
  DerivedKeys,
  type KeyedHash,
  type LocalKeys,
} from '../entries/keyed-hash.ts';
import { checkEventTime, checkLeafHead } from '../entries/leaf.ts';
import { VERSION_BYTES } from '../entries/version-hash.ts';
import { LedgerError } from '../errors.ts';
import { BATCH_BODY_BYTES_MAX, BATCH_ENTRIES_MAX } from '../limits.ts';

export const FINGERPRINT_BYTES: number = VERSION_BYTES;

/** What the sequencer needs from a batch: columns of 16 bytes per record. */
export type FingerprintBatch = {
  readonly count: number;
  /** SHA-256 of each body, 32 bytes. Stays in the worker: see `bodyCommitment`. */
  readonly digests: Uint8Array;
  /** `VersionHash` of each body: equal only for equal bytes of one tenant's source. */
  readonly versions: Uint8Array;
  /** A keyed bijection of the leaf id: equal for all records of one action. */
  readonly actions: Uint8Array;
  readonly ids: readonly string[];
};

/**
 * Computes the fingerprints of a batch and checks its drafts, so that no record can cause a failure
 * after the sequencer. Hashes each body once. Runs in workers. A caller with many batches passes
 * its own `derived`.
 * @throws LedgerError INVALID_DRAFT, BATCH_TOO_LARGE
 */
export function fingerprintBatch(
  drafts: readonly RecordDraft[],
  keys: LocalKeys,
  derived: DerivedKeys = new DerivedKeys(keys),
): FingerprintBatch {
  checkBatch(drafts);
  const count = drafts.length;
  const digests = Buffer.alloc(count * HASH_BYTES);
  const seeds = digestBodies(drafts, derived, digests);
  const versions = derived.version.fingerprints(seeds, digests);
  const actions = Buffer.alloc(count * FINGERPRINT_BYTES);
  const ids: string[] = [];
  for (let i = 0; i < count; i++) {
    const { id: vendorId } = drafts[i] as RecordDraft;
    const at = i * FINGERPRINT_BYTES;
    const id =
      leafId(vendorId, derived.id) ?? `=${versions.toString('hex', at, at + FINGERPRINT_BYTES)}`;
    ids.push(id);
    writeActionFingerprint(id, derived.action, actions, at);
  }
  return { count, digests, versions, actions, ids };
}

/** Returns the seed of each record's version fingerprint. */
function digestBodies(
  drafts: readonly RecordDraft[],
  derived: DerivedKeys,
  digests: Buffer,
): readonly Uint8Array[] {
  const known = new Map<string, Uint8Array>();
  const seeds: Uint8Array[] = [];
  let last: RecordDraft | undefined;
  let seed: Uint8Array | undefined;
  for (const [i, draft] of drafts.entries()) {
    checkEventTime(draft.at);
    if (seed === undefined || last === undefined || !hasSameHead(draft, last)) {
      seed = seedOf(draft, derived, known);
    }
    last = draft;
    seeds.push(seed);
    sha256Into(draft.body, digests, i * HASH_BYTES);
  }
  return seeds;
}

export function hasSameHead(a: RecordDraft, b: RecordDraft): boolean {
  return a.source === b.source && a.tenant === b.tenant && a.kind === b.kind;
}

/** Checks each head once per batch. */
function seedOf(
  draft: RecordDraft,
  derived: DerivedKeys,
  known: Map<string, Uint8Array>,
): Uint8Array {
  const name = `${draft.kind}\n${draft.tenant}\n${draft.source}`;
  let seed = known.get(name);
  if (seed === undefined) {
    checkLeafHead(draft.kind, draft.tenant, draft.source);
    seed = derived.seed(draft.tenant, draft.source);
    known.set(name, seed);
  }
  return seed;
}

/** A GUID reveals nothing about a person. Any other id might, so it is written as a keyed hash. */
function leafId(id: string | undefined, idHash: KeyedHash): string | undefined {
  if (id === undefined) return undefined;
  if (isPlainGuid(id)) return id;
  return isGuid(id) ? id.toLowerCase() : `~${idHash.hex16(id)}`;
}

/** The form of nearly all ids, checked without a regular expression. */
function isPlainGuid(id: string): boolean {
  if (id.length !== 36) return false;
  const isDivided =
    id.charCodeAt(8) === 0x2d &&
    id.charCodeAt(13) === 0x2d &&
    id.charCodeAt(18) === 0x2d &&
    id.charCodeAt(23) === 0x2d;
  if (!isDivided) return false;
  let seen = hexHalf(id, 0) | hexHalf(id, 4) | hexHalf(id, 9) | hexHalf(id, 14);
  seen |= hexHalf(id, 19) | hexHalf(id, 24) | hexHalf(id, 28) | hexHalf(id, 32);
  return seen < NOT_HEX;
}

/**
 * The 128 bits of a leaf id pass through a keyed permutation. Two ids of one form never collide,
 * and the result is spread evenly.
 */
function writeActionFingerprint(id: string, action: ActionKeys, into: Buffer, at: number): void {
  const isWhole = id.length === 36;
  const key = isWhole ? action.guid : id.charCodeAt(0) === 0x7e ? action['~'] : action['='];
  // A GUID has four dashes between its digits. The other forms have one prefix character.
  const places = isWhole ? GUID_PLACES : HASH_PLACES;
  let a = hexWord(id, places[0], places[1]) ^ (key[0] as number);
  let b = hexWord(id, places[2], places[3]) ^ (key[1] as number);
  let c = hexWord(id, places[4], places[5]) ^ (key[2] as number);
  let d = hexWord(id, places[6], places[7]) ^ (key[3] as number);
  for (let round = 0; round < 2; round++) {
    a ^= mix(d ^ (key[4] as number));
    b ^= mix(a ^ (key[5] as number));
    c ^= mix(b ^ (key[6] as number));
    d ^= mix(c ^ (key[7] as number));
  }
  into.writeInt32BE(a, at);
  into.writeInt32BE(b, at + 4);
  into.writeInt32BE(c, at + 8);
  into.writeInt32BE(d, at + 12);
}

const GUID_PLACES = [0, 4, 9, 14, 19, 24, 28, 32] as const;
const HASH_PLACES = [1, 5, 9, 13, 17, 21, 25, 29] as const;

/** The value that {@link FingerprintBatch} holds in `actions` for an entry with this leaf id. */
export function actionFingerprint(leafId: string, keys: ActionKeys): Uint8Array {
  const into = Buffer.alloc(FINGERPRINT_BYTES);
  writeActionFingerprint(leafId, keys, into, 0);
  return into;
}

/** The finalizer of MurmurHash3: every output bit depends on every input bit. */
function mix(word: number): number {
  let h = word ^ (word >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return h ^ (h >>> 16);
}

function hexWord(text: string, high: number, low: number): number {
  return (hexHalf(text, high) << 16) | hexHalf(text, low);
}

/** Four lower-case hex digits; {@link NOT_HEX} or more if one of them is invalid. */
function hexHalf(text: string, at: number): number {
  return (
    (nibble(text.charCodeAt(at)) << 12) |
    (nibble(text.charCodeAt(at + 1)) << 8) |
    (nibble(text.charCodeAt(at + 2)) << 4) |
    nibble(text.charCodeAt(at + 3))
  );
}

const NOT_HEX = 0x1_0000;

/** A lookup table: the processor cannot predict whether the next digit is a letter. */
const NIBBLES: Int32Array = Int32Array.from({ length: 256 }, (_, code) => {
  const digit = '0123456789abcdef'.indexOf(String.fromCharCode(code));
  return digit < 0 ? NOT_HEX : digit;
});

function nibble(code: number): number {
  return NIBBLES[code] ?? NOT_HEX;
}

function checkBatch(drafts: readonly RecordDraft[]): void {
  let bodyBytes = 0;
  for (const { body, locus } of drafts) {
    if (locus !== undefined && !isWhole(locus)) {
      throw new LedgerError(
        'INVALID_DRAFT',
        'could not append a record: its place in the import is not made of whole numbers',
      );
    }
    if (body.length > RECORD_BYTES_MAX) {
      throw new LedgerError(
        'INVALID_DRAFT',
        `could not append a record of ${plural(body.length, 'byte')}: ` +
          `the limit is ${RECORD_BYTES_MAX}`,
      );
    }
    bodyBytes += body.length;
  }
  if (drafts.length > BATCH_ENTRIES_MAX || bodyBytes > BATCH_BODY_BYTES_MAX) {
    throw new LedgerError(
      'BATCH_TOO_LARGE',
      `could not append ${plural(drafts.length, 'record')} of ${plural(bodyBytes, 'byte')} ` +
        `at once: split the batch below ${BATCH_ENTRIES_MAX} records and ` +
        `${BATCH_BODY_BYTES_MAX} bytes`,
    );
  }
}

function isWhole({ importNumber, row, offset, length }: Locus): boolean {
  return isIndex(importNumber) && isIndex(row) && isIndex(offset) && isIndex(length);
}

function isIndex(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}
