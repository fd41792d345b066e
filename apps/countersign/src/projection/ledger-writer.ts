import type { Clock, Random, RecordDraft, ThreadMonitor } from '@countersign/core';
import type { Ledger, LedgerReader } from '@countersign/ledger';
import type { DecisionLog } from '@countersign/policy';
import type { Store } from '../store/store.ts';
import type { DecisionPoster, OwnEntry } from './decision-poster.ts';
import type { ClockSteps } from './entries/clock-steps.ts';
import type { SignalExtractor } from './signals/signal-extractor.ts';

/** The resources of a writing command: the lock, the ledger and the store. */
export type LedgerWriter = {
  readonly dir: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly ledger: Ledger;
  readonly store: Store;
  /** Reads what was published; call `refresh` after a `publish`. */
  readonly reader: LedgerReader;
  /** The next catch-up appends them, or the import that detected them. */
  readonly clockSteps: ClockSteps;
  /** Undefined: the projection makes rows and no signals. */
  readonly signalSource: SignalSource | undefined;
  /** Writes decisions, beside other appends. */
  readonly decisionLog: PendingDecisions;
  readonly decisionPoster: DecisionPoster;
  /** All threads of this process that work for the writer. */
  readonly threads: ThreadMonitor;
};

/** The source of a record's signals. */
export type SignalSource = {
  /** For this thread. */
  readonly extractor: SignalExtractor;
  /** JSON of the signal plan, from which each worker thread makes its own extractor. */
  readonly planText: string;
  /** Changes with the meaning of any rule. */
  readonly planHash: string;
};

/** A decision log whose entries wait for the projection to post them. */
export type PendingDecisions = DecisionLog & {
  /** Whether an entry was written that is not posted yet. */
  readonly isBehind: boolean;
  /** The durable size of the ledger. Every entry below it that was appended here waits. */
  readonly settledSize: () => Promise<number>;
  /** The entries in `[from, to)` that wait, in order; earlier entries are posted already. */
  readonly waiting: (from: number, to: number) => readonly OwnEntry[];
  /** Forgets the entries below an index, because they are posted. */
  readonly forget: (to: number) => void;
  /** Calls the listener with each group of drafts as soon as it is durable. */
  readonly listen: (listener: DecisionLogListener) => void;
};

/** MUST NOT throw: the drafts are durable when it is called. */
export type DecisionLogListener = (drafts: readonly RecordDraft[]) => void;
