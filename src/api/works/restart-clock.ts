import { type ClockRestarted, restartClock, type Writer } from '../../pipeline/index.ts';
import type { Performer } from '../perform.ts';
import { requiredText, type Work } from '../work.ts';

export function restartClockWork(who: string, reason: string): Work {
  return { command: 'ledger restart-clock', args: [], tenant: null, who, options: { reason } };
}

export function performRestartClock(
  writer: Writer,
  work: Work,
  { doer }: Performer,
): Promise<ClockRestarted> {
  return restartClock(writer, { reason: requiredText(work, 'reason'), doer });
}
