import type { BatchAssignment, LocalKeys, PreparedBatch } from '@countersign/ledger';
import type { Chunk, Completeness, ReadContext } from '@countersign/m365';
import type { DeliveryFact } from './delivered-coverage.ts';
import type { Arrival } from './delivery-delays.ts';
import type { MatchedRecord } from './text-matcher.ts';

/**
 * Messages between threads: bytes and numbers, never parsed records. A worker answers each question
 * with one message, in the order of the questions.
 */
export type ToWorker =
  | {
      readonly kind: 'read';
      readonly chunkId: number;
      readonly chunk: Chunk;
      readonly context: ReadContext;
    }
  | { readonly kind: 'prepare'; readonly chunkId: number; readonly verdict: BatchAssignment }
  /** Merges the redelivered records below an index. All entries below it are published. */
  | { readonly kind: 'merge'; readonly below: number }
  /** Writes the rows so far to a Parquet file. All of them are below `to`. */
  | { readonly kind: 'flush' };

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

/**
 * `files` is the JSON of a list of HotFile, and `signals` of a SignalBatch. Thousands of names
 * cross threads ten times as fast as one text than as objects.
 */
export type FlushedDone = {
  readonly kind: 'flushed';
  readonly files: string;
  readonly signals: string;
  readonly superseded: Float64Array;
};

export type FromWorker =
  | ReadDone
  | PreparedDone
  | MergedDone
  | FlushedDone
  | { readonly kind: 'failed'; readonly message: string; readonly code: string | undefined };

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
