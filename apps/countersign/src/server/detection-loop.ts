import type { Sleep } from '@countersign/m365';
import type { DetectionRunner, DetectorSelection } from '../detection/runner/detection-runner.ts';
import type { LedgerSink } from '../ingest/collection/ledger-sink.ts';
import type { DetectorSet } from '../operations/host/load-detectors.ts';
import { openDetection } from '../operations/host/run-detection.ts';
import type { LedgerWriter } from '../projection/ledger-writer.ts';
import type { LogServerEvent } from './runtime/server-event.ts';

/** A finding is out within a second of its record: a look where nothing came in costs nothing. */
const WATCH_EVERY_MS = 200;

export type DetectionLoopOptions = {
  readonly writer: LedgerWriter;
  readonly desk: LedgerSink;
  readonly detection: DetectorSet;
  readonly wait: Sleep;
  readonly tell: LogServerEvent;
  readonly signal: AbortSignal;
};

/**
 * Asks the judges again and again, until the signal is aborted. Collectors go on meanwhile: only
 * what there is to be said needs the ledger for itself. Rules are asked beside those that look back
 * over weeks: what they find is out before such a look has ended.
 */
export async function watching(options: DetectionLoopOptions): Promise<void> {
  const { writer, desk, detection, signal } = options;
  const stage = await openDetection(writer, detection.detectors, (work) => desk.exclusively(work));
  const broken = new AbortController();
  const either = AbortSignal.any([signal, broken.signal]);
  // A look over weeks of a large company takes minutes: nobody is to wait for it.
  either.addEventListener('abort', () => stage.stop(), { once: true });
  const looking = LOOKS.map(async (of) => {
    try {
      await looks(stage, of, { ...options, signal: either });
    } catch (error) {
      broken.abort();
      throw error;
    }
  });
  const ends = await Promise.allSettled(looking);
  stage.close();
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}

const LOOKS = ['state', 'events'] as const;

async function looks(
  stage: DetectionRunner,
  of: DetectorSelection,
  { wait, tell, signal }: Pick<DetectionLoopOptions, 'wait' | 'tell' | 'signal'>,
): Promise<void> {
  const failed = new Set<string>();
  while (!signal.aborted) {
    const report = await stage.look(of);
    // What was found is found; that judges were stopped is no failure of theirs.
    tellOf(signal.aborted ? { ...report, failures: [] } : report, failed, tell);
    await wait(WATCH_EVERY_MS, signal).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  }
}

type Report = Awaited<ReturnType<DetectionRunner['look']>>;

/** A judge that fails does so at every look: told once, until it can judge again. */
function tellOf(report: Report, failed: Set<string>, tell: LogServerEvent): void {
  const { said, revised, withdrawn, failures } = report;
  if (said + revised + withdrawn > 0) tell({ event: 'watched', said, revised, withdrawn });
  for (const { detector, because } of failures) {
    if (failed.has(detector)) continue;
    tell({ event: 'problem', collector: `watch/${detector}`, because });
  }
  failed.clear();
  for (const { detector } of failures) failed.add(detector);
}
