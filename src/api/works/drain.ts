import {
  checkStatement,
  type Drain,
  type DrainStatement,
  drainStatementOf,
  drainsOf,
  type Signed,
} from '../../access/index.ts';
import { systemWait } from '../../intake/index.ts';
import { catchUp, ownEntry, readDrains, type Writer } from '../../pipeline/index.ts';
import { Draining } from '../doors/draining.ts';
import { peopleOf } from '../doors/people.ts';
import { HandoverError, WorkError } from '../errors.ts';
import type { Performer } from '../perform.ts';
import type { Work } from '../work.ts';
import { doorsFor } from './doors-config.ts';

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
