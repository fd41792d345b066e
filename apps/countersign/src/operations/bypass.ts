import { systemWait } from '@countersign/m365';
import { peopleOf } from '../enforcement/approvals/read-people.ts';
import type { SignedStatement } from '../enforcement/approvals/signed-statement.ts';
import { type Bypass, bypassesOf, checkStatement } from '../enforcement/bypass/bypass.ts';
import { BypassController } from '../enforcement/bypass/bypass-controller.ts';
import { type BypassStatement, bypassStatementOf } from '../enforcement/bypass/bypass-statement.ts';
import { readBypasses } from '../enforcement/bypass/read-bypasses.ts';
import { catchUpProjection } from '../projection/catch-up.ts';
import { ownEntryDraft } from '../projection/entries/own-entry.ts';
import type { LedgerWriter } from '../projection/ledger-writer.ts';
import { endpointsFor } from './doors-config.ts';
import type { Command } from './forwarding/command.ts';
import { CommandError, ForwardingError } from './forwarding/errors.ts';
import type { HandlerContext } from './host/handlers.ts';

/** What somebody says of a bypass, signed; the configuration says who may. */
export type BypassWork = {
  readonly config: string;
  readonly said: SignedStatement<BypassStatement>;
};

export function bypassWork(who: string, { config, said }: BypassWork): Command {
  return { command: 'bypass', args: [], tenant: null, who, options: { config, said } };
}

export type BypassDone = { readonly entry: number; readonly bypass: Bypass };

export async function performBypass(
  writer: LedgerWriter,
  work: Command,
  by: HandlerContext,
): Promise<BypassDone> {
  const { env, random, hooks } = by;
  const said = bypassStatementOf(work.options['said']);
  if (said === undefined)
    throw new ForwardingError('MALFORMED', 'what was said of a bypass is none');
  const endpoints = endpointsFor(work, by);
  const { bypass: config } = endpoints;
  if (config === undefined) throw new CommandError('DOOR_FILE', NO_BYPASS);
  const { clock } = writer;
  const people = peopleOf(endpoints);
  const bypasses = bypassesOf(await readBypasses(writer));
  checkStatement(said, bypasses, { people, nowMs: clock.now(), longestMs: config.longest });
  const { bypass: id, atMs } = said.statement;
  const [entry = -1] = await writer.decisionLog.append([ownEntryDraft('approval', atMs, said)]);
  await catchUpProjection(writer);
  const controller = new BypassController(config, people, writer, {
    clock,
    random,
    env,
    wait: systemWait,
  });
  const bypass = (await controller.look(hooks.signal)).get(id);
  await catchUpProjection(writer);
  if (bypass === undefined)
    throw new CommandError('DOOR_FILE', `the bypass ${id} is not in the ledger`);
  return { entry, bypass };
}

const NO_BYPASS = 'the configuration names no bypass: write doors.bypass';
