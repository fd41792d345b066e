import { ThreadMonitor } from '@countersign/core';
import { Ledger, type LedgerOptions, LedgerReader } from '@countersign/ledger';
import type { DetectionReport } from '../../detection/runner/detection-runner.ts';
import { LedgerDecisionLog } from '../../enforcement/decisions/ledger-decision-log.ts';
import { resumeErasures } from '../../ingest/erasure/erase-bodies.ts';
import { type CatchUpProgress, catchUpProjection } from '../../projection/catch-up.ts';
import { InlineDecisionPoster, ThreadDecisionPoster } from '../../projection/decision-poster.ts';
import { ClockSteps } from '../../projection/entries/clock-steps.ts';
import type { LedgerWriter } from '../../projection/ledger-writer.ts';
import { beginRematch, recomputeSignals } from '../../projection/rematch-signals.ts';
import { Store } from '../../store/store.ts';
import type { DetectorSet } from './load-detectors.ts';

/** The writer of the host process, with its detectors. */
export type HostWriter = LedgerWriter & {
  readonly detection: DetectorSet | undefined;
  /** Runs all detectors elsewhere; undefined: on the calling thread. */
  readonly detectBeside?: ((writer: HostWriter) => Promise<DetectionReport>) | undefined;
};

export type WriterOptions = Omit<LedgerOptions, 'onClockStep' | 'threads'> & {
  /** DuckDB threads for compaction. */
  readonly threads?: number;
  readonly detection?: DetectorSet | undefined;
  /** Called under the lock, before the store is opened. */
  readonly beforeStore?: () => void;
  /** Called while the store continues from its cursor. */
  readonly onProgress?: ((progress: CatchUpProgress) => void) | undefined;
};

/**
 * Opens a data folder for writing. The ledger completes the work of a process that died, and the
 * store continues from its cursor: every start takes the recovery path.
 */
export async function openLedgerWriter(options: WriterOptions): Promise<HostWriter> {
  const { dir, clock, random, detection, onProgress } = options;
  const clockSteps = new ClockSteps();
  const threads = new ThreadMonitor();
  const ledger = await Ledger.open({
    ...options,
    threads,
    onClockStep: (step) => clockSteps.notice(step),
  });
  try {
    await ledger.publish();
    options.beforeStore?.();
    const store = await Store.open(dir, { threads: options.threads ?? 1 });
    const reader = await LedgerReader.open(dir);
    const decisionLog = new LedgerDecisionLog(ledger);
    const isThreaded = options.integration === 'thread';
    const decisionPoster = isThreaded
      ? new ThreadDecisionPoster(dir, threads)
      : new InlineDecisionPoster(store);
    const parts = { dir, clock, random, ledger, store, reader, clockSteps, threads };
    const decisions = { decisionLog, decisionPoster };
    const writer = { ...parts, detection, signalSource: detection, ...decisions };
    beginRematch(writer);
    await catchUpProjection(writer, onProgress);
    await recomputeSignals(writer);
    await resumeErasures(writer);
    return writer;
  } catch (error) {
    await ledger.close();
    throw error;
  }
}

export async function closeWriter(writer: LedgerWriter): Promise<void> {
  writer.reader.close();
  await writer.decisionPoster.close();
  try {
    writer.store.close();
  } finally {
    await writer.ledger.close();
  }
}

/** Once the process is asked to stop, it waits for no thread that hangs. */
export function hurryOnAbort(threads: ThreadMonitor, signal: AbortSignal): void {
  if (signal.aborted) threads.hurry();
  else signal.addEventListener('abort', () => threads.hurry(), { once: true });
}
