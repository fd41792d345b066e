import { systemWait } from '@countersign/m365';
import { peopleOf } from '../enforcement/approvals/read-people.ts';
import type { Signed } from '../enforcement/approvals/signed-statement.ts';
import { checkStatement, type Drain, drainsOf } from '../enforcement/bypass/bypass.ts';
import { Draining } from '../enforcement/bypass/bypass-controller.ts';
import { type DrainStatement, drainStatementOf } from '../enforcement/bypass/bypass-statement.ts';
import { readDrains } from '../enforcement/bypass/read-bypasses.ts';
import { catchUp } from '../projection/catch-up.ts';
import { ownEntry } from '../projection/entries/own-entry.ts';
import { doorsFor } from './doors-config.ts';
import type { Work } from './forwarding/command.ts';
import { HandoverError, WorkError } from './forwarding/errors.ts';
import type { Performer } from './host/handlers.ts';
import type { Writer } from './host/open-writer.ts';

/** What somebody says of a drain, signed; the configuration says who may. */
export type DrainWork = { readonly config: string; readonly said: Signed<DrainStatement> };

export function drainWork(who: string, { config, said }: DrainWork): Work {
  return { command: 'door drain', args: [], tenant: null, who, options: { config, said } };
}

export type DrainDone = { readonly entry: number; readonly drain: Drain };

export async function performDrain(writer: Writer, work: Work, by: Performer): Promise<DrainDone> {
  const { env, random, hooks } = by;
  const said = drainStatementOf(work.options['said']);
  if (said === undefined) throw new HandoverError('MALFORMED', 'what was said of a drain is none');
  const doors = doorsFor(work, by);
  const { drain: config } = doors;
  if (config === undefined) throw new WorkError('DOOR_FILE', NO_DRAIN);
  const { clock } = writer;
  const people = peopleOf(doors);
  const drains = drainsOf(await readDrains(writer));
  checkStatement(said, drains, { people, nowMs: clock.now(), longestMs: config.longest });
  const { drain: id, atMs } = said.statement;
  const [entry = -1] = await writer.accountant.append([ownEntry('approval', atMs, said)]);
  await catchUp(writer);
  const draining = new Draining(config, people, writer, { clock, random, env, wait: systemWait });
  const drain = (await draining.look(hooks.signal)).get(id);
  await catchUp(writer);
  if (drain === undefined) throw new WorkError('DOOR_FILE', `the drain ${id} is not in the ledger`);
  return { entry, drain };
}

const NO_DRAIN = 'the configuration names no drain: write doors.drain';
