import { checkStatement, type Drain, drainsOf, type Signed, signedOf } from '../../access/index.ts';
import { type DrainConfig, loadConfig } from '../../config/index.ts';
import { systemWait } from '../../intake/index.ts';
import { catchUp, ownEntry, readDrains, type Writer } from '../../pipeline/index.ts';
import { Draining, drainPeople } from '../doors/draining.ts';
import { HandoverError, WorkError } from '../errors.ts';
import type { Performer } from '../perform.ts';
import { requiredText, type Work } from '../work.ts';

/** What somebody says of a drain, signed; the configuration says who may. */
export type DrainWork = { readonly config: string; readonly said: Signed };

export function drainWork(who: string, { config, said }: DrainWork): Work {
  return { command: 'door drain', args: [], tenant: null, who, options: { config, said } };
}

export type DrainDone = { readonly entry: number; readonly drain: Drain };

export async function performDrain(
  writer: Writer,
  work: Work,
  { env, random, hooks }: Performer,
): Promise<DrainDone> {
  const said = signedOf(work.options['said']);
  if (said === undefined) throw new HandoverError('MALFORMED', 'what was said of a drain is none');
  const file = requiredText(work, 'config');
  const config = drainConfigOf(file, env);
  const { clock } = writer;
  const people = drainPeople(config);
  const drains = drainsOf(await readDrains(writer));
  checkStatement(said, drains, { people, nowMs: clock.now(), longestMs: config.longest });
  const { drain: id, atMs } = said.statement;
  const [entry = -1] = await writer.accountant.append([ownEntry('approval', atMs, said)]);
  await catchUp(writer);
  const draining = new Draining(config, writer, { clock, random, env, wait: systemWait });
  const drain = (await draining.look(hooks.signal)).get(id);
  await catchUp(writer);
  if (drain === undefined) throw new WorkError('DOOR_FILE', `the drain ${id} is not in the ledger`);
  return { entry, drain };
}

/** @throws ConfigError; WorkError DOOR_FILE where it says nothing of drains */
export function drainConfigOf(file: string, env: Performer['env']): DrainConfig {
  const { doors } = loadConfig(file, env);
  if (doors?.drain !== undefined) return doors.drain;
  throw new WorkError('DOOR_FILE', `${file} names nobody who may drain: write doors.drain`);
}
