import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Emulator } from '@countersign/emulator';
import { IS_LONG, SEED } from '../../tools/property.ts';
import { SeededRandom } from '../../tools/sample/random.ts';
import { assertFsckClean } from '../support/account.ts';
import {
  addressOf,
  assertAllOffered,
  livelyTenant,
} from '../support/collection/emulated-tenants.ts';
import { REPOSITORY } from '../support/command-line.ts';
import { temporaryFolder } from '../support/folders.ts';
import { killedAfter } from '../support/kill.ts';

const KILLS = IS_LONG ? 100 : 2;
const HOUR_MS = 3_600_000;
/** The service keeps seven days. The rest of them is for late content. */
const SPAN_MS = IS_LONG ? (7 * 24 - 14) * HOUR_MS : 84 * HOUR_MS;
/** Some processes finish before they are killed; they do not count. */
const STARTS_MAX = 3 * KILLS;
const SCRIPT = join(REPOSITORY, 'test/support/collection/collecting-process.ts');

const root = temporaryFolder('collect-kill');

async function collecting(dir: string, emulator: Emulator, ms: number): Promise<string> {
  const { origin, login = '', tenant, clientId = '', secret = '' } = addressOf(emulator);
  process.env['COLLECTOR_SECRET'] = secret;
  const address = ['--origin', origin, '--login', login, '--tenant', tenant];
  const now = ['--client', clientId, '--now', String(emulator.clock.now())];
  return killedAfter(ms, ['--dir', dir, ...address, ...now], SCRIPT);
}

test(`kill -9 at ${KILLS} moments of a week: nothing missing, nothing twice`, async (t) => {
  const dir = join(root, 'data');
  const random = new SeededRandom(SEED);
  const faults = { throttled: 0.02, failing: 0.02, duplicated: 0.2, repeated: 0.2, late: 0.1 };
  const emulator = await livelyTenant({ seed: SEED, faults, tls: 'off' });
  try {
    const beganMs = emulator.clock.now();
    const startedMs = performance.now();
    await collecting(dir, emulator, 600_000);
    const wholeMs = performance.now() - startedMs;
    let kills = 0;
    let starts = 0;
    for (; kills < KILLS && starts < STARTS_MAX; starts++) {
      const targetMs = beganMs + (SPAN_MS * (kills + 1)) / KILLS;
      await emulator.advance(Math.ceil((targetMs - emulator.clock.now()) / 2));
      // Some are killed again while they recover from the first kill.
      const how = await collecting(dir, emulator, random.next() * wholeMs);
      if (how === 'killed') kills++;
    }
    const days = ((emulator.clock.now() - beganMs) / (24 * HOUR_MS)).toFixed(1);
    t.diagnostic(`${kills} of ${starts} were killed before they had ended, in ${days} days`);
    assert.ok(kills > 0, 'at least one kill came before the end');
    if (IS_LONG) assert.equal(kills, KILLS);
    emulator.faults.clear();
    await emulator.advance(13 * HOUR_MS);
    await collecting(dir, emulator, 600_000);
    t.diagnostic(`${await assertAllOffered(dir, emulator)} records`);
    await assertFsckClean(dir);
  } finally {
    await emulator.stop();
  }
});
