import type { IntervalSet } from '@countersign/core';
import type { LedgerReader } from '@countersign/ledger';
import type { LedgerHead } from '../../store/reading/ledger-head.ts';
import type { Store } from '../../store/store.ts';
import type { StoreReader } from '../../store/store-reader.ts';
import type { DetectorProfile } from './detector-profile.ts';
import type { DetectorResult } from './detector-result.ts';
import type { Isolation } from './isolation.ts';

/**
 * Whoever judges what is in the ledger: rules, stream detectors, reconciliation, checks. A judge
 * MUST say the same of the same records, whatever the order in which they came in; it MAY be asked
 * about the same records again, and by another process after a crash.
 */
export interface Detector {
  /** Stable: a cursor and every finding carry it, e.g. `sigma`, `reconcile`, `stream/spray`. */
  readonly name: string;
  /** `events`: asked when records came in; `entries`: when anything did, such as decisions. */
  readonly hears: 'events' | 'entries';
  /** What it looks for, and what it has to see so that its silence means something. */
  readonly watches: readonly DetectorProfile[];
  /** Asked again after so long without anything new, where what it says depends on the time. */
  readonly everyMs?: number;
  /**
   * After it was asked it rests so many times as long as that took, whatever comes in: a look over
   * weeks of a large tenant leaves the machine to the others.
   */
  readonly restTimes?: number;
  /** `state`: it asks nothing of the engine of the books, and may be asked beside others. */
  readonly reads?: 'events' | 'state';
  /**
   * In parts, so that nobody has to hold all that is found in a log of any size: what a part says
   * is durable before much more is asked for. A crash between two parts is a look that did not
   * end: all of it is asked again, and what was said is not said twice.
   */
  detect(context: DetectorInput): AsyncIterable<DetectorResult>;
  /** Called when what it said of all entries below `toIndex` is durable. */
  done?(store: Store, toIndex: number): void;
}

export type DetectorInput = {
  /**
   * Event times of what came in since the judge was asked last: the windows over them are to be
   * judged again. Of a judge that was never asked: of all that there is.
   */
  readonly touched: IntervalSet;
  /** The entries of that time: `[fromIndex, toIndex)`; the books hold all of them. */
  readonly fromIndex: number;
  readonly toIndex: number;
  readonly store: StoreReader;
  /** Published up to `toIndex` at least. */
  readonly ledger: LedgerReader;
  readonly head: LedgerHead;
  readonly nowMs: number;
  /** Runs what may fail by itself, so that nothing else of the judge fails with it. */
  readonly isolation: Isolation;
};
