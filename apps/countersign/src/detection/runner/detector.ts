import type { IntervalSet } from '@countersign/core';
import type { LedgerReader } from '@countersign/ledger';
import type { LedgerHead } from '../../store/reading/ledger-head.ts';
import type { StoreReader } from '../../store/store-reader.ts';
import type { DetectionChanges } from './detection-writer.ts';
import type { DetectorProfile } from './detector-profile.ts';
import type { DetectorResult } from './detector-result.ts';
import type { Isolation } from './isolation.ts';

/**
 * Evaluates the ledger: rules, stream detectors, reconciliation, checks.
 *
 * A detector MUST report the same for the same records in any order. It may see the same records
 * again, also in another process after a crash.
 */
export interface Detector {
  /**
   * Stable, because a cursor and every finding contain it: `sigma`, `reconcile`, `stream/spray`.
   */
  readonly name: string;
  /** `events`: runs after new records. `entries`: after any new entry, such as a decision. */
  readonly hears: 'events' | 'entries';
  /** Its rules, and the logs that each needs. */
  readonly profiles: readonly DetectorProfile[];
  /** Also runs at this interval without new entries, if its results depend on the time. */
  readonly everyMs?: number;
  /**
   * After a run it rests this many times as long as the run took. So a run over weeks of a large
   * tenant leaves the machine to others.
   */
  readonly restTimes?: number;
  /** `state`: it does not query the engine, so it may run beside others. */
  readonly reads?: 'events' | 'state';
  /**
   * Yields results in parts, so that no log is too large for memory.
   *
   * Each part is durable before much more is requested. A crash between two parts leaves the run
   * unfinished: it is repeated, and findings that exist already are not entered again.
   */
  detect(context: DetectorInput): AsyncIterable<DetectorResult>;
  /** Called once the results for all entries below `toIndex` are durable. */
  done?(changes: Pick<DetectionChanges, 'forgetTouched'>, toIndex: number): Promise<void>;
}

export type DetectorInput = {
  /**
   * Event times of entries since the last run. The windows over them need another evaluation. In
   * the first run: all times.
   */
  readonly touched: IntervalSet;
  /** The new entries: `[fromIndex, toIndex)`. The store covers all of them. */
  readonly fromIndex: number;
  readonly toIndex: number;
  readonly store: StoreReader;
  /** Published at least up to `toIndex`. */
  readonly ledger: LedgerReader;
  readonly head: LedgerHead;
  readonly nowMs: number;
  /** Runs parts that may fail separately, so that nothing else of the detector fails with them. */
  readonly isolation: Isolation;
};
