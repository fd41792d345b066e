import type { Sleep } from '@countersign/m365';
import type {
  DetectionRunner,
  DetectorSelection,
} from '../../detection/runner/detection-runner.ts';
import type { DetectionWriter } from '../../detection/runner/detection-writer.ts';
import type { Detector } from '../../detection/runner/detector.ts';
import { type LapsePasses, openDetection } from '../../operations/host/run-detection.ts';
import type { LogServerEvent } from '../runtime/server-event.ts';

/** A finding appears within a second of its record. A run without new entries costs nothing. */
const DETECTION_EVERY_MS = 200;

export type DetectionLoopOptions = {
  readonly writer: DetectionWriter;
  readonly detectors: readonly Detector[];
  readonly lapse: LapsePasses;
  readonly wait: Sleep;
  readonly tell: LogServerEvent;
  readonly signal: AbortSignal;
};

/**
 * Runs the detectors repeatedly until the signal is aborted.
 *
 * Collectors continue meanwhile; only writing findings needs the ledger exclusively. Rules run
 * beside detectors that read weeks of history, so their findings do not wait for them.
 */
export async function runDetectors(options: DetectionLoopOptions): Promise<void> {
  const { writer, detectors, lapse, signal } = options;
  const stage = await openDetection(writer, detectors, lapse);
  const broken = new AbortController();
  const either = AbortSignal.any([signal, broken.signal]);
  // A run over weeks of a large company takes minutes. A shutdown must not wait for it.
  either.addEventListener('abort', () => stage.stop(), { once: true });
  const runs = SELECTIONS.map(async (of) => {
    try {
      await runRepeatedly(stage, of, { ...options, signal: either });
    } catch (error) {
      broken.abort();
      throw error;
    }
  });
  const ends = await Promise.allSettled(runs);
  stage.close();
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}

const SELECTIONS = ['state', 'events'] as const;

async function runRepeatedly(
  stage: DetectionRunner,
  of: DetectorSelection,
  { wait, tell, signal }: Pick<DetectionLoopOptions, 'wait' | 'tell' | 'signal'>,
): Promise<void> {
  const failed = new Set<string>();
  while (!signal.aborted) {
    const report = await stage.run(of);
    // Findings made before the abort count. An aborted detector is not a failure.
    tellOf(signal.aborted ? { ...report, failures: [] } : report, failed, tell);
    await wait(DETECTION_EVERY_MS, signal).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  }
}

type Report = Awaited<ReturnType<DetectionRunner['run']>>;

/** A failing detector fails in every run. Log it once, until it succeeds again. */
function tellOf(report: Report, failed: Set<string>, tell: LogServerEvent): void {
  const { said, revised, withdrawn, failures } = report;
  if (said + revised + withdrawn > 0) tell({ event: 'detection-run', said, revised, withdrawn });
  for (const { detector, because } of failures) {
    if (failed.has(detector)) continue;
    tell({ event: 'problem', collector: `detection/${detector}`, because });
  }
  failed.clear();
  for (const { detector } of failures) failed.add(detector);
}
