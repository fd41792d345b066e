import type { BatchAssignment, LocalKeys, PreparedBatch } from '@countersign/ledger/batches';
import type { Chunk, Completeness, ReadContext } from '@countersign/m365';
import type { EncodedBatch } from '../../store/commit/row-batch.ts';
import type { DeliveryFact } from './delivered-coverage.ts';
import type { Arrival } from './delivery-delays.ts';
import type { MatchedRecord } from './text-matcher.ts';

/** Messages between threads: bytes and numbers, never parsed records. */
export type Question =
  | {
      readonly kind: 'read';
      readonly chunkId: number;
      readonly chunk: Chunk;
      readonly context: ReadContext;
    }
  | { readonly kind: 'prepare'; readonly chunkId: number; readonly verdict: BatchAssignment }
  /** Merges the redelivered records below an index. All entries below it are published. */
  | { readonly kind: 'merge'; readonly below: number }
  /**
   * Writes the rows so far to a Parquet file: those of actions with a single delivery, or those of
   * merges. The worker goes on with the next question while the file is written.
   */
  | { readonly kind: 'flush'; readonly rows: 'single' | 'merged' };

export type ReadDone = {
  readonly kind: 'read';
  readonly chunkId: number;
  readonly count: number;
  /** 16 bytes per record. */
  readonly versions: Uint8Array;
  readonly actions: Uint8Array;
  readonly rejects: readonly (RejectedItem & { readonly row: number })[];
  readonly facts: readonly DeliveryFact[];
  /** For chunks of a collector: matching records, known ones too. */
  readonly heard: readonly MatchedRecord[];
  /** Pairs of ResultIndex and ResultCount. */
  readonly pages: Float64Array;
  readonly completeness: readonly Completeness[];
};

export type PreparedDone = {
  readonly kind: 'prepared';
  readonly chunkId: number;
  readonly prepared: PreparedBatch;
  /** For chunks of a collector: the new records. */
  readonly arrivals: readonly Arrival[];
};

export type MergedDone = { readonly kind: 'merged' };

export type FlushedDone = { readonly kind: 'flushed'; readonly batch: EncodedBatch };

export type Answer = ReadDone | PreparedDone | MergedDone | FlushedDone;

export type RejectedItem = {
  readonly at: string;
  readonly reason: string;
  readonly bytes: Uint8Array | null;
};

export type WorkerSetup = {
  readonly dir: string;
  readonly keys: LocalKeys;
  readonly listenFor?: readonly string[];
  /** JSON of a SignalPlan; null without detectors. */
  readonly plan: string | null;
};
