import type { Collector, PollReport } from '@countersign/m365';
import type { LedgerSink } from './ledger-sink.ts';

/**
 * One poll of one collector: everything it found is in the ledger and in the books when this
 * resolves. A kill at any moment means: asked again from the last observation.
 */
export async function pollOnce(
  desk: LedgerSink,
  collector: Collector,
  signal?: AbortSignal,
): Promise<PollReport> {
  const report = await collector.poll(desk, signal);
  await desk.post();
  const failure = await desk.tidy();
  if (failure === undefined) return report;
  return { ...report, problems: [...report.problems, failure] };
}
