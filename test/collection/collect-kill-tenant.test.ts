import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Emulator, type FaultPlan, startEmulator } from '@countersign/emulator';
import { IS_LONG, SEED } from '../../tools/property.ts';
import { SeededRandom } from '../../tools/sample/random.ts';
import { assertFsckClean } from '../support/account.ts';
import { directoryState } from '../support/collection/directory-state.ts';
import { configText, secretsOf } from '../support/collection/emulated-collectors.ts';
import {
  assertAllCollected,
  EXPORT_SOURCES,
  type FeedSource,
  GRAPH_SOURCES,
} from '../support/collection/offered-records.ts';
import { REPOSITORY } from '../support/command-line.ts';
import { temporaryFolder } from '../support/folders.ts';

const KILLS = IS_LONG ? 100 : 2;
/** Some processes finish before they are killed; they do not count. */
const STARTS_MAX = 3 * KILLS;
const HOUR_MS = 3_600_000;
const SPAN_MS = IS_LONG ? 7 * 24 * HOUR_MS : 6 * HOUR_MS;
const SCRIPT = join(REPOSITORY, 'test/support/collection/tenant-process.ts');

const root = temporaryFolder('collect-kill-tenant');

/** Collects in its own process, and kills it with `kill -9` after this time. */
async function collecting(
  place: { readonly dir: string; readonly config: string },
  emulator: Emulator,
  ms: number,
): Promise<'killed' | 'done'> {
  const { dir, config } = place;
  const args = ['--dir', dir, '--config', config, '--now', String(emulator.clock.now())];
  const env = { ...process.env, ...secretsOf(emulator) };
  const child = fork(SCRIPT, args, { env, silent: true, execArgv: [] });
  const errors: string[] = [];
  child.stderr?.on('data', (chunk: Buffer) => errors.push(chunk.toString('utf8')));
  let passing = Promise.resolve();
  child.on('message', (asked) => {
    passing = passing.then(async () => {
      await emulator.advance(Number(asked));
      if (child.connected) child.send('passed', () => undefined);
    });
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), ms);
  const [code, signal] = await new Promise<[number | null, string | null]>((resolve) => {
    child.once('close', (...end) => resolve(end));
  });
  clearTimeout(timer);
  await passing;
  if (signal === 'SIGKILL') return 'killed';
  assert.equal(code, 0, errors.join(''));
  return 'done';
}

async function assertPeople(dir: string, emulator: Emulator): Promise<void> {
  const [[, directory] = []] = emulator.companies.directories;
  const people = [...(directory?.state.list('users') ?? [])].map(({ object }) => object.id);
  const held = (await directoryState(dir)).get('graph/delta.users');
  assert.deepEqual([...(held?.keys() ?? [])].sort(), people.sort());
}

/** Categories with hourly activity. A category without a container stays off. */
const BUSY: readonly string[] = [
  'SignInLogs',
  'NonInteractiveUserSignInLogs',
  'ServicePrincipalSignInLogs',
  'AdvancedHunting-EmailEvents',
];

const CASES: readonly {
  readonly name: string;
  readonly collect: readonly string[];
  readonly feeds: FaultPlan['feeds'];
  readonly sources: readonly FeedSource[];
}[] = [
  {
    name: 'Graph and its directory',
    collect: ['graph: {root: "GRAPH", crossCheck: false, requestsPerMinute: 30}'],
    feeds: ['graph/'],
    sources: GRAPH_SOURCES,
  },
  {
    name: 'storage',
    collect: [`azureMonitor: {storage: {root: "STORAGE", categories: [${BUSY.join(', ')}]}}`],
    feeds: ['azure/'],
    sources: EXPORT_SOURCES.filter(({ source }) =>
      BUSY.some((each) => source.endsWith(`/${each}`)),
    ),
  },
];

for (const { name, collect, feeds, sources } of CASES) {
  test(`${name}, killed ${KILLS} times: nothing missing, nothing twice`, async (t) => {
    const place = { dir: join(root, name), config: join(root, `${name}.yaml`) };
    const random = new SeededRandom(SEED);
    const emulator = await startEmulator({
      seed: SEED,
      startMs: Date.parse('2026-03-02T06:00:00Z'),
      tenants: [{ people: 12 }],
      faults: {
        ...{ throttled: 0.02, failing: 0.02, cut: 0.02, repeated: 0.2, feeds },
        ...{ late: 0.1, lateMs: [HOUR_MS, 10 * HOUR_MS] },
      },
    });
    try {
      writeFileSync(place.config, configText(emulator, ...collect));
      await emulator.advance(5 * HOUR_MS);
      const startedMs = performance.now();
      await collecting(place, emulator, 600_000);
      const wholeMs = performance.now() - startedMs;
      const beganMs = emulator.clock.now();
      let kills = 0;
      let starts = 0;
      for (; kills < KILLS && starts < STARTS_MAX; starts++) {
        // Time that passes while a process waits also counts.
        const targetMs = beganMs + (SPAN_MS * (kills + 1)) / KILLS;
        await emulator.advance(Math.max(1, Math.ceil(targetMs - emulator.clock.now())));
        // Some are killed again while they recover from the first kill.
        const how = await collecting(place, emulator, (0.05 + random.next() * 0.8) * wholeMs);
        if (how === 'killed') kills++;
      }
      const days = ((emulator.clock.now() - beganMs) / (24 * HOUR_MS)).toFixed(1);
      t.diagnostic(`${kills} of ${starts} were killed before they had ended, in ${days} days`);
      assert.ok(kills > 0, 'at least one kill came before the end');
      if (IS_LONG) assert.equal(kills, KILLS);
      emulator.faults.clear();
      await emulator.advance(13 * HOUR_MS);
      const askedMs = emulator.clock.now();
      await collecting(place, emulator, 600_000);
      const count = await assertAllCollected(place.dir, emulator, sources, askedMs);
      t.diagnostic(`${count} records`);
      if (feeds.includes('graph/')) await assertPeople(place.dir, emulator);
      await assertFsckClean(place.dir);
      assert.deepEqual(emulator.defects, []);
    } finally {
      await emulator.stop();
    }
  });
}
