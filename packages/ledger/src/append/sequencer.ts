import type { Clock } from '@countersign/core';
import type { ArchiveReader } from '../archive/archive-reader.ts';
import type { FingerprintIndex } from '../dedup/fingerprint-index.ts';
import { CLOCK_STEP_MS_MIN } from '../limits.ts';
import { FINGERPRINT_BYTES, type FingerprintBatch } from './fingerprint-batch.ts';
import type { BatchAssignment } from './prepare-batch.ts';

/** The wall clock and the monotonic clock advanced by different amounts. */
export type ClockStep = {
  /** The time that the wall clock would have without the step. */
  readonly expectedMs: number;
  readonly actualMs: number;
  /** The first entry after the step. */
  readonly index: number;
};

/** `restart` is only for an entry that declares the restart. */
export type SeenOrder = 'ascend' | 'restart';

export type SequencerParts = {
  readonly fingerprints: FingerprintIndex;
  readonly archive: ArchiveReader;
  readonly clock: Clock;
  /** The index of the next entry, and `seen` of the previous one. */
  readonly next: number;
  readonly lastSeenMs: number;
  readonly onClockStep: (step: ClockStep) => void;
};

/** Orders batches: separates new records from known ones, and assigns indices and times. */
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

  /**
   * True if the fingerprint index claimed an entry that the archive does not confirm. The index
   * must then be rebuilt.
   */
  get hasStaleFingerprints(): boolean {
    return this.#isStale;
  }

  get next(): number {
    return this.#next;
  }

  /**
   * Assigns indices and times in call order. The batch MUST then be committed. With `restart`,
   * `seen` becomes the clock's time, even if that is earlier.
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
   * The fingerprint index is derived data. In a restored folder it may belong to another ledger. So
   * a record is a duplicate only if the archived entry confirms it.
   */
  #confirmed(versions: Uint8Array, actions: Uint8Array, offset: number): number | undefined {
    const index = this.#fingerprints.lookupVersion(versions, offset, actions, offset);
    if (index === undefined || index >= this.#archived) return index;
    if (this.#archive.hasVersion(index, versions, offset)) return index;
    this.#isStale = true;
    return undefined;
  }

  /** The entry itself declares the step, so the step is not reported again. */
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
