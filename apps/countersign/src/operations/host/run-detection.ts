import { type DetectionReport, DetectionRunner } from '../../detection/runner/detection-runner.ts';
import { type DetectionWriter, detectionWriter } from '../../detection/runner/detection-writer.ts';
import type { Detector } from '../../detection/runner/detector.ts';
import { lapsePasses } from '../../enforcement/passes/pass-ledger.ts';
import type { LedgerWriter } from '../../projection/ledger-writer.ts';
import { CheckStage } from '../../reconcile/checks/check-stage.ts';
import type { HostWriter } from './open-writer.ts';

/** Ends overdue passes. Needs no exclusive writer, because it takes it. */
export type LapsePasses = () => Promise<void>;

/** Runs detectors once over everything that the store holds; all of the host by default. */
export async function runDetection(
  writer: HostWriter,
  some?: readonly Detector[],
): Promise<DetectionReport> {
  if (some === undefined && writer.detectBeside !== undefined) return writer.detectBeside(writer);
  const detectors = some ?? writer.detection?.detectors ?? [];
  const alone = <T>(work: () => Promise<T>): Promise<T> => work();
  const here = detectionWriter(writer, alone);
  const runner = await openDetection(here, detectors, () => lapseOverdue(writer, alone));
  try {
    return await runner.run();
  } finally {
    runner.close();
  }
}

/** A runner that ends overdue passes and checks sign-ins before its detectors read events. */
export function openDetection(
  writer: DetectionWriter,
  detectors: readonly Detector[],
  lapse: LapsePasses,
): Promise<DetectionRunner> {
  return DetectionRunner.open(writer, detectors, (readers) => {
    const checks = new CheckStage(writer, readers);
    return [
      { title: 'ending overdue passes', run: lapse },
      { title: 'checking sign-ins', run: () => checks.run() },
    ];
  });
}

export async function lapseOverdue(
  writer: LedgerWriter,
  alone: DetectionWriter['alone'],
): Promise<void> {
  if (writer.store.overduePasses(writer.clock.now()).length === 0) return;
  await alone(async () => void (await lapsePasses(writer)));
}
