import { hash } from 'node:crypto';
import { assert, LEAF_BYTES_MAX, type Random, type RecordDraft } from '@countersign/core';
import { HASH_BYTES, LEAF_PREFIX } from '@countersign/tlog';
import { encodeBlock } from '../archive/block.ts';
import { COLUMN_BYTES, ROW_BYTES_MAX, writeRow } from '../archive/block-metadata.ts';
import { BodyCommitter, SALT_BYTES } from '../entries/body-commitment.ts';
import { leafHead, leafTail, seenText } from '../entries/leaf.ts';
import { encodeFrame } from '../journal/journal-frame.ts';
import { BATCH_SCRATCH_BYTES_MAX, BLOCK_BODY_BYTES_TARGET } from '../limits.ts';
import type { FingerprintBatch } from './fingerprint-batch.ts';
import { hasSameHead } from './fingerprint-batch.ts';

/** The sequencer's verdict on a batch. */
export type BatchAssignment = {
  /** Index of the first accepted record. The others follow in order. */
  readonly baseIndex: number;
  /** When the ledger accepted the batch. Never decreases. */
  readonly seenMs: number;
  /** Batch positions of the records that become entries, ascending. */
  readonly accepted: Uint32Array;
  /** For each other position: the entry with the same bytes. */
  readonly duplicateOf: ReadonlyMap<number, number>;
  /** For a position: the entries of the same action with other bytes or from another source. */
  readonly earlier: ReadonlyMap<number, readonly number[]>;
};

/** A batch ready for the journal. Its single buffer can be transferred between threads. */
export type PreparedBatch = {
  readonly firstIndex: number;
  readonly count: number;
  readonly frame: Uint8Array<ArrayBuffer>;
};

/**
 * Builds the frame of a batch's accepted records: salts, commitments, leaves, leaf hashes and
 * compressed bodies. Runs in workers. Processes each record once, in long buffers that a thread
 * keeps in its `scratch`.
 */
export function prepareBatch(
  drafts: readonly RecordDraft[],
  fingerprints: FingerprintBatch,
  verdict: BatchAssignment,
  random: Random,
  scratch: BatchScratch = new BatchScratch(),
): PreparedBatch {
  const count = verdict.accepted.length;
  const firstIndex = verdict.baseIndex;
  if (count === 0) return { firstIndex, count, frame: new Uint8Array(0) };
  const batch: AssignedBatch = { drafts, fingerprints, verdict, scratch };
  const salts = random.fill(Buffer.alloc(count * SALT_BYTES)) as Buffer;
  const blocks: Buffer[] = [];
  for (const range of blockRanges(batch)) blocks.push(makeBlock(batch, salts, range));
  const { leaves, hashes } = makeLeaves(batch, salts);
  const { seenMs } = verdict;
  const frame = encodeFrame({ firstIndex, count, seenMs, hashes, leaves, blocks });
  return { firstIndex, count, frame };
}

type AssignedBatch = {
  readonly drafts: readonly RecordDraft[];
  readonly fingerprints: FingerprintBatch;
  readonly verdict: BatchAssignment;
  readonly scratch: BatchScratch;
};

function draftAt({ drafts, verdict }: AssignedBatch, i: number): RecordDraft {
  return drafts[verdict.accepted[i] as number] as RecordDraft;
}

/**
 * Splits a batch into blocks of similar length. No block is so short that the integration would
 * have to join it with others.
 */
function blockRanges(batch: AssignedBatch): readonly Range[] {
  const count = batch.verdict.accepted.length;
  let bytes = 0;
  for (let i = 0; i < count; i++) bytes += draftAt(batch, i).body.length;
  const blockCount = Math.max(1, Math.floor(bytes / BLOCK_BODY_BYTES_TARGET));
  const ranges: Range[] = [];
  let from = 0;
  let done = 0;
  for (let i = 0; i < count; i++) {
    done += draftAt(batch, i).body.length;
    const number = ranges.length + 1;
    const isFull = number < blockCount && done >= (bytes * number) / blockCount;
    if (!isFull && i + 1 < count) continue;
    ranges.push({ from, to: i + 1 });
    from = i + 1;
  }
  return ranges;
}

function makeBlock(batch: AssignedBatch, salts: Buffer, { from, to }: Range): Buffer {
  const { versions, actions } = batch.fingerprints;
  const count = to - from;
  const columnBytes = count * COLUMN_BYTES;
  const meta = batch.scratch.room('meta', 3 * columnBytes + count * ROW_BYTES_MAX);
  salts.copy(meta, 0, from * COLUMN_BYTES, to * COLUMN_BYTES);
  copyColumn(versions, batch.verdict.accepted, { from, to }, meta, columnBytes);
  copyColumn(actions, batch.verdict.accepted, { from, to }, meta, 2 * columnBytes);
  let rowAt = 3 * columnBytes;
  let bodyBytes = 0;
  for (let i = from; i < to; i++) {
    const { body, locus } = draftAt(batch, i);
    rowAt = writeRow({ size: body.length, erased: 0, locus }, meta, rowAt);
    bodyBytes += body.length;
  }
  const bodies = gather(batch, { from, to, bodyBytes });
  const firstIndex = batch.verdict.baseIndex + from;
  return encodeBlock({ firstIndex, count, meta: meta.subarray(0, rowAt), bodies });
}

/** Places the bodies one after the other. */
function gather(batch: AssignedBatch, range: Range & { readonly bodyBytes: number }): Buffer {
  const bodies = batch.scratch.room('bodies', range.bodyBytes);
  let end = 0;
  for (let i = range.from; i < range.to; i++) {
    const { body } = draftAt(batch, i);
    bodies.set(body, end);
    end += body.length;
  }
  assert(end === range.bodyBytes, 'the bodies fill the block');
  return bodies.subarray(0, end);
}

/** Writes each leaf after its length, and hashes it in place. */
function makeLeaves(
  batch: AssignedBatch,
  salts: Buffer,
): { readonly leaves: Buffer; readonly hashes: Buffer } {
  const { verdict, fingerprints, scratch } = batch;
  const count = verdict.accepted.length;
  const seen = seenText(verdict.seenMs);
  const hashes = scratch.room('hashes', count * HASH_BYTES);
  let leaves = scratch.room('leaves', count * LEAF_BYTES_GUESS + 2 + LEAF_BYTES_MAX);
  let at = 0;
  let head = '';
  let last: RecordDraft | undefined;
  const committer = new BodyCommitter();
  for (let i = 0; i < count; i++) {
    const draft = draftAt(batch, i);
    if (last === undefined || !hasSameHead(draft, last)) {
      head = leafHead(draft.kind, draft.tenant, draft.source);
    }
    last = draft;
    const position = verdict.accepted[i] as number;
    const id = fingerprints.ids[position] as string;
    const digestAt = position * HASH_BYTES;
    const commitment = committer.commit(salts, i * SALT_BYTES, fingerprints.digests, digestAt);
    const text = head + leafTail({ id, at: draft.at, seen, size: draft.body.length, commitment });
    if (at + 2 + LEAF_BYTES_MAX > leaves.length) leaves = grown(leaves);
    const bytes = leaves.write(text, at + 2, 'latin1');
    assert(bytes === text.length && bytes <= LEAF_BYTES_MAX, 'a leaf has at most 4 KiB');
    leaves[at + 1] = LEAF_PREFIX;
    const prefixed = new Uint8Array(leaves.buffer, at + 1, 1 + bytes);
    hashes.write(hash('sha256', prefixed, 'binary'), i * HASH_BYTES, HASH_BYTES, 'latin1');
    leaves[at] = bytes >>> 8;
    leaves[at + 1] = bytes & 0xff;
    at += 2 + bytes;
  }
  return { leaves: leaves.subarray(0, at), hashes: hashes.subarray(0, count * HASH_BYTES) };
}

/** The size of a usual leaf. The buffer grows for longer ones. */
const LEAF_BYTES_GUESS = 360;

function grown(buffer: Buffer): Buffer<ArrayBuffer> {
  const larger = Buffer.allocUnsafeSlow(2 * buffer.length);
  buffer.copy(larger);
  return larger;
}

type Range = { readonly from: number; readonly to: number };

/** Copies the accepted rows of a column, one contiguous run at a time. */
function copyColumn(
  column: Uint8Array,
  accepted: Uint32Array,
  { from, to }: Range,
  into: Buffer,
  at: number,
): void {
  for (let i = from; i < to; ) {
    const first = accepted[i] as number;
    let count = 1;
    while (i + count < to && accepted[i + count] === first + count) count++;
    const rows = column.subarray(first * COLUMN_BYTES, (first + count) * COLUMN_BYTES);
    into.set(rows, at + (i - from) * COLUMN_BYTES);
    i += count;
  }
}

/**
 * Buffers that a thread reuses for every batch. Megabytes of fresh memory per batch cost page
 * faults and much more garbage collection. One user at a time.
 */
export class BatchScratch {
  readonly #rooms: Map<string, Buffer<ArrayBuffer>> = new Map();

  /**
   * Returns a buffer of at least `bytes` with arbitrary content. Valid until the same `use` asks
   * again.
   */
  room(use: 'bodies' | 'leaves' | 'hashes' | 'meta', bytes: number): Buffer<ArrayBuffer> {
    const known = this.#rooms.get(use);
    if (known !== undefined && known.length >= bytes) return known;
    // A quarter larger, because the next batch has a similar but not equal length.
    const fresh = Buffer.allocUnsafeSlow(bytes + (bytes >>> 2));
    if (fresh.length <= BATCH_SCRATCH_BYTES_MAX) this.#rooms.set(use, fresh);
    return fresh;
  }
}
