import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Emulator } from '../emulator/index.ts';
import { IS_LONG, SEED } from '../tools/property.ts';
import { SeededRandom } from '../tools/sample/random.ts';
import { assertFsckClean } from './support/account.ts';
import { REPOSITORY } from './support/command-line.ts';
import { addressOf, assertAllOffered, livelyTenant } from './support/emulated.ts';
import { temporaryFolder } from './support/folders.ts';
import { killedAfter } from './support/kill.ts';

const KILLS = IS_LONG ? 100 : 3;
const HOUR_MS = 3_600_000;
const WEEK_MS = 7 * 24 * HOUR_MS;
const SCRIPT = join(REPOSITORY, 'test', 'support', 'collecting-process.ts');

const root = temporaryFolder('collect-kill');

async function collecting(dir: string, emulator: Emulator, ms: number): Promise<string> {
  const { origin, login = '', tenant, clientId = '', secret = '' } = addressOf(emulator);
  process.env['COLLECTOR_SECRET'] = secret;
  const address = ['--origin', origin, '--login', login, '--tenant', tenant];
  const now = ['--client', clientId, '--now', String(emulator.clock.now())];
  return killedAfter(ms, ['--dir', dir, ...address, ...now], SCRIPT);
}

test(`kill -9 at ${KILLS} moments of a week: nothing missing, nothing twice`, async () => {
  const dir = join(root, 'data');
  const random = new SeededRandom(SEED);
  const faults = { throttled: 0.02, failing: 0.02, duplicated: 0.2, repeated: 0.2, late: 0.1 };
  const emulator = await livelyTenant({ seed: SEED, faults, tls: 'off' });
  try {
    const startedMs = performance.now();
    await collecting(dir, emulator, 600_000);
    const wholeMs = performance.now() - startedMs;
    let kills = 0;
    for (let left = KILLS; left > 0; ) {
      await emulator.advance(Math.ceil(WEEK_MS / KILLS / 2));
      // Some are killed again while they make good for the first kill.
      const how = await collecting(dir, emulator, random.next() * wholeMs * 1.5);
      if (how === 'killed') kills++;
      left--;
    }
    assert.ok(kills > 0, 'at least one kill came before the end');
    emulator.faults.clear();
    await emulator.advance(13 * HOUR_MS);
    await collecting(dir, emulator, 600_000);
    await assertAllOffered(dir, emulator);
    await assertFsckClean(dir);
  } finally {
    await emulator.stop();
  }
});
