import type { Clock, Random } from '@countersign/core';
import { Ledger, type LedgerOptions, LedgerReader } from '@countersign/ledger';
import { LedgerDecisionLog } from '../../enforcement/decisions/ledger-decision-log.ts';
import { resumeErasures } from '../../ingest/erasure/erase-bodies.ts';
import { type CatchUpProgress, catchUpProjection } from '../../projection/catch-up.ts';
import { ClockSteps } from '../../projection/entries/clock-steps.ts';
import { beginRematch, recomputeSignals } from '../../projection/rematch-signals.ts';
import { Store } from '../../store/store.ts';
import type { DetectorSet } from './load-detectors.ts';

/** All that a writing command holds: the lock, the ledger, the books behind it. */
export type LedgerWriter = {
  readonly dir: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly ledger: Ledger;
  readonly books: Store;
  /** Reads what was published; call `refresh` after a `publish`. */
  readonly reader: LedgerReader;
  /** Said by the next {@link catchUpProjection}, or by the import that met them. */
  readonly clockSteps: ClockSteps;
  /** Undefined: records are taken in, and nobody judges them. */
  readonly detection: DetectorSet | undefined;
  /** Writes decisions, beside whatever else is being appended. */
  readonly accountant: LedgerDecisionLog;
};

export type WriterOptions = Omit<LedgerOptions, 'integration' | 'onClockStep'> & {
  /** Threads of the analytical engine in compaction. */
  readonly threads?: number;
  readonly detection?: DetectorSet | undefined;
  /** Called under the lock, before the books are opened. */
  readonly beforeBooks?: () => void;
  /** Told while the books go on from their cursor. */
  readonly onProgress?: ((progress: CatchUpProgress) => void) | undefined;
};

/**
 * Opens a data folder for writing. The ledger ends what a process that died had begun, and the
 * books go on from their cursor: the way after a crash is the way of every start.
 */
export async function openLedgerWriter(options: WriterOptions): Promise<LedgerWriter> {
  const { dir, clock, random, detection, onProgress } = options;
  const clockSteps = new ClockSteps();
  const ledger = await Ledger.open({
    ...options,
    onClockStep: (step) => clockSteps.notice(step),
  });
  try {
    await ledger.publish();
    options.beforeBooks?.();
    const books = await Store.open(dir, { threads: options.threads ?? 1 });
    const reader = await LedgerReader.open(dir);
    const decisionLog = new LedgerDecisionLog(ledger);
    const parts = { dir, clock, random, ledger, books, reader, clockSteps };
    const writer = { ...parts, detection, accountant: decisionLog };
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
  writer.books.close();
  await writer.ledger.close();
}
