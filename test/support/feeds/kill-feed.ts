import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { countersign } from '../command-line.ts';
import { recordText } from '../ingest/audit-record.ts';
import { ServerProcess } from '../server-process.ts';

export type KillOptions = {
  readonly root: string;
  /** The members of the feed in the configuration, without its name. */
  readonly feed: string;
  readonly env: Readonly<Record<string, string>>;
  readonly kills: number;
  /** Called while the service runs, before it is killed. */
  readonly disturb?: (kill: number) => Promise<void>;
};

/** Enough for several batches of small receivers. */
const RECORDS_PER_KILL = 60;

/** A service starts and sends within this time, so kills hit every step of a delivery. */
const KILL_WITHIN_MS = 1500;

/**
 * Imports records, serves them, and kills the service at another moment each time. The last service
 * delivers the rest. Returns the ids of all events that the feed selects.
 */
export async function killRepeatedly(options: KillOptions): Promise<ReadonlySet<string>> {
  const { root, feed, env, kills, disturb } = options;
  const dir = join(root, 'data');
  const config = join(root, 'countersign.yaml');
  const members = feed.trim().replaceAll('\n', '\n    ');
  const common = 'start: beginning\n    allow: [loopback]';
  writeFileSync(
    config,
    `listen: 127.0.0.1:0\nlog: json\nfeeds:\n  - name: soc\n    ${common}\n    ${members}\n`,
  );
  for (let kill = 0; kill < kills; kill++) {
    await importRecords(root, dir, kill);
    const serving = await ServerProcess.start(dir, config, env);
    await pause((kill * 397) % KILL_WITHIN_MS);
    await disturb?.(kill);
    await serving.end('SIGKILL');
  }
  await importRecords(root, dir, kills);
  const serving = await ServerProcess.start(dir, config, env);
  while ((await metric(serving, 'feed_lag_entries')) !== 0) await pause(50);
  assert.equal(await metric(serving, 'feed_parked'), 0);
  assert.equal(await serving.end(), 0);
  return eventIds(dir);
}

async function importRecords(root: string, dir: string, number: number): Promise<void> {
  const file = join(root, `${number}.json`);
  const first = number * RECORDS_PER_KILL;
  const texts = Array.from({ length: RECORDS_PER_KILL }, (_, at) => recordText(first + at));
  writeFileSync(file, `[${texts.join(',')}]`);
  const { code, stderr } = await countersign(['import', file, '--data', dir]);
  assert.ok(code === 0 || code === 3, stderr);
}

async function metric(serving: ServerProcess, name: string): Promise<number | undefined> {
  const text = await (await serving.get('/metrics')).text();
  const pattern = new RegExp(`^countersign_${name}\\{sink="soc".*\\} (\\S+)$`, 'm');
  const [, value] = pattern.exec(text) ?? [];
  return value === undefined ? undefined : Number(value);
}

async function eventIds(dir: string): Promise<ReadonlySet<string>> {
  const args = ['tail', '--json', '--data', dir, '--kind', 'event', '--kind', 'finding'];
  const { stdout } = await countersign(args);
  const lines = stdout.split('\n').filter((line) => line !== '');
  const records = lines.map((line) => JSON.parse(line) as { id?: string; kind: string });
  return new Set(records.flatMap(({ id, kind }) => (kind === 'mark' || !id ? [] : [id])));
}
