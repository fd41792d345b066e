import { systemWait } from '@countersign/m365';
import { peopleOf } from '../enforcement/approvals/read-people.ts';
import type { SignedStatement } from '../enforcement/approvals/signed-statement.ts';
import { type Bypass, checkStatement, drainsOf } from '../enforcement/bypass/bypass.ts';
import { BypassController } from '../enforcement/bypass/bypass-controller.ts';
import { type DrainStatement, drainStatementOf } from '../enforcement/bypass/bypass-statement.ts';
import { readDrains } from '../enforcement/bypass/read-bypasses.ts';
import { catchUpProjection } from '../projection/catch-up.ts';
import { ownEntryDraft } from '../projection/entries/own-entry.ts';
import { doorsFor } from './doors-config.ts';
import type { Command } from './forwarding/command.ts';
import { CommandError, ForwardingError } from './forwarding/errors.ts';
import type { HandlerContext } from './host/handlers.ts';
import type { LedgerWriter } from './host/open-writer.ts';

/** What somebody says of a drain, signed; the configuration says who may. */
export type DrainWork = { readonly config: string; readonly said: SignedStatement<DrainStatement> };

export function drainWork(who: string, { config, said }: DrainWork): Command {
  return { command: 'door drain', args: [], tenant: null, who, options: { config, said } };
}

export type DrainDone = { readonly entry: number; readonly drain: Bypass };

export async function performDrain(
  writer: LedgerWriter,
  work: Command,
  by: HandlerContext,
): Promise<DrainDone> {
  const { env, random, hooks } = by;
  const said = drainStatementOf(work.options['said']);
  if (said === undefined)
    throw new ForwardingError('MALFORMED', 'what was said of a drain is none');
  const doors = doorsFor(work, by);
  const { drain: config } = doors;
  if (config === undefined) throw new CommandError('DOOR_FILE', NO_DRAIN);
  const { clock } = writer;
  const people = peopleOf(doors);
  const drains = drainsOf(await readDrains(writer));
  checkStatement(said, drains, { people, nowMs: clock.now(), longestMs: config.longest });
  const { drain: id, atMs } = said.statement;
  const [entry = -1] = await writer.accountant.append([ownEntryDraft('approval', atMs, said)]);
  await catchUpProjection(writer);
  const draining = new BypassController(config, people, writer, {
    clock,
    random,
    env,
    wait: systemWait,
  });
  const drain = (await draining.look(hooks.signal)).get(id);
  await catchUpProjection(writer);
  if (drain === undefined)
    throw new CommandError('DOOR_FILE', `the drain ${id} is not in the ledger`);
  return { entry, drain };
}

const NO_DRAIN = 'the configuration names no drain: write doors.drain';
