import { type ClockRestarted, restartClock } from '../projection/entries/clock-restart.ts';
import { requiredText, type Work } from './forwarding/command.ts';
import type { Performer } from './host/handlers.ts';
import type { Writer } from './host/open-writer.ts';

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
