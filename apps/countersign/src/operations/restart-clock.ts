import { type ClockRestarted, restartClock } from '../ingest/restart-clock.ts';
import type { LedgerWriter } from '../projection/ledger-writer.ts';
import { type Command, requiredText } from './forwarding/command.ts';
import type { HandlerContext } from './host/handlers.ts';

export function restartClockWork(who: string, reason: string): Command {
  return { command: 'ledger restart-clock', args: [], tenant: null, who, options: { reason } };
}

export function performRestartClock(
  writer: LedgerWriter,
  work: Command,
  { actor }: HandlerContext,
): Promise<ClockRestarted> {
  return restartClock(writer, { reason: requiredText(work, 'reason'), actor });
}
