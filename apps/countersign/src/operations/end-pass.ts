import { type EndedPass, endPass } from '../enforcement/passes/pass-ledger.ts';
import { requiredText, type Work } from './forwarding/command.ts';
import type { Performer } from './host/handlers.ts';
import type { Writer } from './host/open-writer.ts';

export function endPassWork(
  who: string,
  { pass, reason }: { readonly pass: string; readonly reason: string },
): Work {
  return { command: 'passes end', args: [], tenant: null, who, options: { pass, reason } };
}

export async function performEndPass(
  writer: Writer,
  work: Work,
  { doer }: Performer,
): Promise<EndedPass> {
  const pass = requiredText(work, 'pass');
  const reason = requiredText(work, 'reason');
  return endPass(writer, { pass, reason, by: `${doer.who}@${doer.host}` });
}
