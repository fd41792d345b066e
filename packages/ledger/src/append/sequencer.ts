import type { Clock } from '@countersign/core';
import type { ArchiveReader } from '../archive/archive-reader.ts';
import type { FingerprintIndex } from '../dedup/fingerprint-index.ts';
import { CLOCK_STEP_MS_MIN } from '../limits.ts';
import { FINGERPRINT_BYTES, type FingerprintBatch } from './fingerprint-batch.ts';
import type { BatchAssignment } from './prepare-batch.ts';

/** The wall clock did not go on as the monotonic clock did. */
export type ClockStep = {
  /** What the wall clock would have shown without the step. */
  readonly expectedMs: number;
  readonly actualMs: number;
  /** The first entry after the step. */
  readonly index: number;
};

/** `restart` is for an entry that declares it, and for no other. */
export type SeenOrder = 'ascend' | 'restart';

export type SequencerParts = {
  readonly fingerprints: FingerprintIndex;
  readonly archive: ArchiveReader;
  readonly clock: Clock;
  /** The index of the next entry, and `seen` of the one before it. */
  readonly next: number;
  readonly lastSeenMs: number;
  readonly onClockStep: (step: ClockStep) => void;
};

/** Orders batches: tells new records from known ones, and hands out indices and times. */
export class Sequencer {
  readonly #fingerprints: FingerprintIndex;
  readonly #archive: ArchiveReader;
  readonly #clock: Clock;
  readonly #onClockStep: (step: ClockStep) => void;
  #isStale = false;
  #next: number;
  #seenMs: number;
  #wallMs: number;
  #monotonicMs: number;
  /** Entries below this can be confirmed in the archive. */
  #archived: number;

  constructor(parts: SequencerParts) {
    this.#fingerprints = parts.fingerprints;
    this.#archive = parts.archive;
    this.#clock = parts.clock;
    this.#onClockStep = parts.onClockStep;
    this.#next = parts.next;
    this.#archived = parts.next;
    this.#seenMs = parts.lastSeenMs;
    this.#wallMs = Math.max(parts.clock.now(), parts.lastSeenMs);
    this.#monotonicMs = parts.clock.monotonic();
  }

  /** The index of fingerprints claimed what the archive does not confirm: it must be made again. */
  get hasStaleFingerprints(): boolean {
    return this.#isStale;
  }

  get next(): number {
    return this.#next;
  }

  /**
   * Indices and times are given here, in this order; the batch MUST then be committed. With
   * `restart`, `seen` becomes what the clock shows, also where that is earlier.
   */
  sequence(
    batch: Pick<FingerprintBatch, 'count' | 'versions' | 'actions'>,
    seen: SeenOrder = 'ascend',
  ): BatchAssignment {
    const { count, versions, actions } = batch;
    const baseIndex = this.#next;
    const accepted = new Uint32Array(count);
    const duplicateOf = new Map<number, number>();
    const earlier = new Map<number, readonly number[]>();
    let acceptedCount = 0;
    for (let position = 0; position < count; position++) {
      const offset = position * FINGERPRINT_BYTES;
      const known = this.#confirmed(versions, actions, offset);
      if (known !== undefined) {
        duplicateOf.set(position, known);
        continue;
      }
      const deliveries = this.#fingerprints.lookupActions(actions, offset);
      if (deliveries.length > 0) earlier.set(position, deliveries);
      this.#fingerprints.insert(this.#next++, versions, offset, actions, offset);
      accepted[acceptedCount++] = position;
    }
    if (seen === 'restart' && acceptedCount > 0) this.#restart();
    const seenMs = this.#takeTime(baseIndex);
    return { baseIndex, seenMs, accepted: accepted.slice(0, acceptedCount), duplicateOf, earlier };
  }

  /**
   * The index of fingerprints is derived, and may lie beside a ledger that it was not made from (a
   * restored folder): a record is called a duplicate only if the entry itself says so.
   */
  #confirmed(versions: Uint8Array, actions: Uint8Array, offset: number): number | undefined {
    const index = this.#fingerprints.lookupVersion(versions, offset, actions, offset);
    if (index === undefined || index >= this.#archived) return index;
    if (this.#archive.hasVersion(index, versions, offset)) return index;
    this.#isStale = true;
    return undefined;
  }

  /** The entry itself declares the step: it is not told of a second time. */
  #restart(): void {
    this.#seenMs = Number.NEGATIVE_INFINITY;
    this.#wallMs = this.#clock.now();
    this.#monotonicMs = this.#clock.monotonic();
  }

  #takeTime(index: number): number {
    const wallMs = this.#clock.now();
    const monotonicMs = this.#clock.monotonic();
    const expectedMs = this.#wallMs + (monotonicMs - this.#monotonicMs);
    this.#wallMs = wallMs;
    this.#monotonicMs = monotonicMs;
    this.#seenMs = Math.max(this.#seenMs, wallMs);
    if (Math.abs(wallMs - expectedMs) >= CLOCK_STEP_MS_MIN) {
      this.#onClockStep({ expectedMs, actualMs: wallMs, index });
    }
    return this.#seenMs;
  }
}
