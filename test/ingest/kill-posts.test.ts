import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { generateFile } from '../../bench/generator.ts';
import { SEED, simulations } from '../../tools/property.ts';
import { SeededRandom } from '../../tools/sample/random.ts';
import { assertFsckClean, withAccount } from '../support/account.ts';
import { temporaryFolder } from '../support/folders.ts';
import { killedAfter } from '../support/kill.ts';

const RECORDS = 4_000;
const KILLS = simulations(3, 200);
const PROCESS = join(import.meta.dirname, '../support/ingest/posting-process.ts');

const root = temporaryFolder('kill-posts');
const random = new SeededRandom(SEED);

/** Records of a morning, and a later revision of every fourth after each batch of them. */
function revisedFile(): string {
  const path = join(root, 'records.ndjson');
  generateFile(path, { count: RECORDS, people: 40, seed: 1 });
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
  const revised: string[] = [];
  for (let from = 0; from < lines.length; from += 500) {
    const batch = lines.slice(from, from + 500);
    const again = batch.filter((_, i) => i % 4 === 0);
    revised.push(...batch, ...again.map((line) => line.replace('{', '{"Note":"revised",')));
  }
  writeFileSync(path, `${revised.join('\n')}\n`);
  return path;
}

/** The event of each row, and how many deliveries report it. */
async function rowsIn(data: string): Promise<readonly string[]> {
  await assertFsckClean(data);
  return withAccount(data, async ({ store, ledger, head }) => {
    assert.equal(store.cursor, ledger.size, 'the store is up to date');
    const rows: string[] = [];
    for await (const { event, entries } of (await store.timeline({}, head)).rows) {
      rows.push(JSON.stringify([event, entries.length]));
    }
    return rows.sort();
  });
}

test(`kill -9 at ${KILLS} moments of posts beside an import: the store is the same`, async () => {
  const file = revisedFile();
  const whole = join(root, 'whole');
  const beganMs = performance.now();
  assert.equal(await killedAfter(10 * 60_000, [whole, file], PROCESS), 'done');
  const tookMs = performance.now() - beganMs;
  const expected = await rowsIn(whole);
  assert.equal(expected.length, RECORDS);
  let kills = 0;
  for (let round = 0; round < KILLS; round++) {
    const data = join(root, `killed-${round}`);
    const how = await killedAfter(tookMs * (0.3 + 0.7 * random.next()), [data, file], PROCESS);
    if (how === 'killed') kills++;
    assert.equal(await killedAfter(10 * 60_000, [data, file], PROCESS), 'done');
    assert.deepEqual(await rowsIn(data), expected);
    rmSync(data, { recursive: true });
  }
  assert.ok(kills > 0, 'at least one kill came before the end');
});
