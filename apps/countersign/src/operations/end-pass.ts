import { type EndedPass, endPass } from '../enforcement/passes/pass-ledger.ts';
import type { LedgerWriter } from '../projection/ledger-writer.ts';
import { type Command, requiredText } from './forwarding/command.ts';
import type { HandlerContext } from './host/handlers.ts';

export function endPassWork(
  who: string,
  { pass, reason }: { readonly pass: string; readonly reason: string },
): Command {
  return { command: 'passes end', args: [], tenant: null, who, options: { pass, reason } };
}

export async function performEndPass(
  writer: LedgerWriter,
  work: Command,
  { actor }: HandlerContext,
): Promise<EndedPass> {
  const pass = requiredText(work, 'pass');
  const reason = requiredText(work, 'reason');
  return endPass(writer, { pass, reason, by: `${actor.who}@${actor.host}` });
}
