import { markFindings } from '../detection/findings/mark-findings.ts';
import type { FindingStatus } from '../store/rows/entry-rows.ts';
import { numberOption, requiredText, type Work } from './forwarding/command.ts';
import { HandoverError } from './forwarding/errors.ts';
import type { Performer } from './host/handlers.ts';
import type { Writer } from './host/open-writer.ts';

export type MarkWork = {
  readonly uids: readonly string[];
  readonly status: FindingStatus;
  readonly reason: string;
  readonly untilMs: number | null;
};

export function markFindingsWork(who: string, { uids, status, reason, untilMs }: MarkWork): Work {
  const options = { status, reason, untilMs };
  return { command: 'findings mark', args: uids, tenant: null, who, options };
}

export async function performMarkFindings(
  writer: Writer,
  work: Work,
  { doer }: Performer,
): Promise<{ readonly entries: readonly number[] }> {
  const reason = requiredText(work, 'reason');
  const untilMs = numberOption(work, 'untilMs') ?? null;
  const by = `${doer.who}@${doer.host}`;
  return markFindings(writer, { uids: work.args, status: statusIn(work), reason, untilMs, by });
}

function statusIn(work: Work): FindingStatus {
  const status = numberOption(work, 'status');
  if (status === 1 || status === 2 || status === 3 || status === 4) return status;
  throw new HandoverError('MALFORMED', 'a finding is new, in progress, suppressed or resolved');
}
