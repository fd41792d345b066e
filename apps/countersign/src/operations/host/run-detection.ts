import {
  type DetectionReport,
  DetectionRunner,
  type PrepareDetection,
  type WithExclusiveWriter,
} from '../../detection/runner/detection-runner.ts';
import type { Detector } from '../../detection/runner/detector.ts';
import { lapsePasses } from '../../enforcement/passes/pass-ledger.ts';
import type { LedgerWriter } from '../../projection/ledger-writer.ts';
import { CheckStage } from '../../reconcile/checks/check-stage.ts';
import type { HostWriter } from './open-writer.ts';

/** Runs detectors once over everything that the store holds; all of the host by default. */
export async function runDetection(
  writer: HostWriter,
  detectors: readonly Detector[] = writer.detection?.detectors ?? [],
): Promise<DetectionReport> {
  const runner = await openDetection(writer, detectors, (work) => work());
  try {
    return await runner.run();
  } finally {
    runner.close();
  }
}

/** A runner that ends overdue passes and checks sign-ins before its detectors read events. */
export function openDetection(
  writer: LedgerWriter,
  detectors: readonly Detector[],
  alone: WithExclusiveWriter,
): Promise<DetectionRunner> {
  return DetectionRunner.open(writer, detectors, alone, preparationOf(writer));
}

function preparationOf(writer: LedgerWriter): PrepareDetection {
  return (readers) => {
    const checks = new CheckStage(writer, readers);
    return [
      {
        title: 'ending overdue passes',
        run: async (alone) => {
          const overdue = writer.store.overduePasses(writer.clock.now());
          if (overdue.length > 0) await alone(() => lapsePasses(writer));
        },
      },
      { title: 'checking sign-ins', run: (alone) => checks.run(alone) },
    ];
  };
}
