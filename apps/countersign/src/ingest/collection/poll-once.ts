import type { Collector, PollReport } from '@countersign/m365';
import type { LedgerSink } from './ledger-sink.ts';

/**
 * Polls one collector once. When it resolves, all its records are in the ledger and the store.
 *
 * After a kill at any moment, the next poll starts from the last observation.
 */
export async function pollOnce(
  sink: LedgerSink,
  collector: Collector,
  signal?: AbortSignal,
): Promise<PollReport> {
  const report = await collector.poll(sink, signal);
  await sink.post();
  const failure = await sink.tidy();
  if (failure === undefined) return report;
  return { ...report, problems: [...report.problems, failure] };
}
