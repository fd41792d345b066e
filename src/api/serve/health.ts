import { type Answer, all, no, unknown, yes } from '../../core/index.ts';
import { LATE_POLLS } from '../limits.ts';
import type { ServerState } from './metrics.ts';
import type { CollectorTally } from './tally.ts';

/**
 * Does everything that is configured collect, and can it be asked about? Three answers, like every
 * question: a collector that has not polled yet is no good news.
 */
export function healthOf(state: ServerState, ledgerOrigin: string): Answer {
  const { collectors, ledgerEntries, booksCursor } = state;
  const evidence = [{ origin: ledgerOrigin, index: Math.max(0, booksCursor - 1) }];
  const indexed =
    booksCursor >= ledgerEntries
      ? yes(evidence)
      : unknown({
          code: 'not-yet-indexed',
          text: `entries ${booksCursor} to ${ledgerEntries - 1} are not yet indexed`,
        });
  const disk = state.disk === 'low' ? no(evidence) : yes(evidence);
  const doors = state.doors === 'shut' ? [no(evidence)] : [];
  return all([
    indexed,
    disk,
    ...doors,
    ...collectors.map((tally) => polling(tally, state.nowMs, evidence)),
  ]);
}

function polling(
  { name, lastPollMs, lastShort, lastProblem, everyMs }: CollectorTally,
  nowMs: number,
  evidence: Parameters<typeof yes>[0],
): Answer {
  if (lastPollMs === undefined) {
    return unknown({ code: 'not-yet-polled', text: `${name} has not polled yet` });
  }
  if (nowMs - lastPollMs > LATE_POLLS * everyMs) return no(evidence);
  if (lastShort === 0) return yes(evidence);
  const text = `${name} did not get all that it asked for: ${lastProblem ?? 'see the log'}`;
  return unknown({ code: 'short', text });
}
