import { markFindings } from '../detection/findings/mark-findings.ts';
import type { LedgerWriter } from '../projection/ledger-writer.ts';
import type { FindingStatus } from '../store/rows/entry-rows.ts';
import { type Command, numberOption, requiredText } from './forwarding/command.ts';
import { ForwardingError } from './forwarding/errors.ts';
import type { HandlerContext } from './host/handlers.ts';

export type MarkWork = {
  readonly uids: readonly string[];
  readonly status: FindingStatus;
  readonly reason: string;
  readonly untilMs: number | null;
};

export function markFindingsWork(
  who: string,
  { uids, status, reason, untilMs }: MarkWork,
): Command {
  const options = { status, reason, untilMs };
  return { command: 'findings mark', args: uids, tenant: null, who, options };
}

export async function performMarkFindings(
  writer: LedgerWriter,
  work: Command,
  { actor }: HandlerContext,
): Promise<{ readonly entries: readonly number[] }> {
  const reason = requiredText(work, 'reason');
  const untilMs = numberOption(work, 'untilMs') ?? null;
  const by = `${actor.who}@${actor.host}`;
  return markFindings(writer, { uids: work.args, status: statusIn(work), reason, untilMs, by });
}

function statusIn(work: Command): FindingStatus {
  const status = numberOption(work, 'status');
  if (status === 1 || status === 2 || status === 3 || status === 4) return status;
  throw new ForwardingError('MALFORMED', 'a finding is new, in progress, suppressed or resolved');
}
