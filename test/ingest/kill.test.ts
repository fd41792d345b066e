import assert from 'node:assert/strict';
import { cpSync, existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { fsck } from '@countersign/ledger';
import { busiestPeople, generateFile, START_MS } from '../../bench/generator.ts';
import { SEED, simulations } from '../../tools/property.ts';
import { SeededRandom } from '../../tools/sample/random.ts';
import { importHere, withAccount, withWriter } from '../support/account.ts';
import { ended, REPOSITORY, start } from '../support/command-line.ts';
import { assertExactlyOnce } from '../support/exactly-once.ts';
import { temporaryFolder } from '../support/folders.ts';
import { statementsOf } from '../support/ingest/assert-alike.ts';
import { killedAfter, killedOnce, uninterruptedMs } from '../support/kill.ts';
import { searchFolder } from '../support/ledger/byte-search.ts';

const RECORDS = 8_000;
const KILLS = simulations(3, 200);
/** The other commands are short, so few kills hit each of their steps. */
const KILLS_BESIDE = simulations(1, 40);
const RECORDS_BESIDE = 3_000;

const COMPANY = { people: 40, seed: 1 } as const;
const MORNING_MS = 10 * 3_600_000;
/** The busiest people of the first hours, which every file covers. */
const PEOPLE = busiestPeople({ ...COMPANY, count: RECORDS }, START_MS, START_MS + MORNING_MS).slice(
  0,
  3,
);
const [PERSON] = PEOPLE as [string];

const root = temporaryFolder('kill');
const file = join(root, 'records.ndjson');
const smallFile = join(root, 'few-records.ndjson');
const small = join(root, 'few');
const random = new SeededRandom(SEED);

let importMs = 0;
let statements: ReadonlyMap<string, string>;
let smallStatements: ReadonlyMap<string, string>;

before(async () => {
  generateFile(file, { ...COMPANY, count: RECORDS });
  generateFile(smallFile, { ...COMPANY, count: RECORDS_BESIDE });
  const data = join(root, 'undisturbed');
  importMs = await uninterruptedMs(['import', file, '--data', data]);
  await assertExactlyOnce(data, RECORDS);
  statements = await statementsOf(data, PEOPLE);
  await importHere(small, smallFile);
  smallStatements = await statementsOf(small, PEOPLE);
});

/** A moment of a command that takes `ms` here, often shortly after its end. */
function moment(ms: number): number {
  return Math.floor(random.next() * ms * 1.1);
}

test(`kill -9 at ${KILLS} moments of an import: every record exists once`, async () => {
  let kills = 0;
  for (let round = 0; round < KILLS; round++) {
    const data = join(root, `import-${round}`);
    // Some are killed again while they recover from the first kill.
    for (let left = random.chance(0.3) ? 2 : 1; left > 0; left--) {
      const how = await killedAfter(moment(importMs), ['import', file, '--data', data]);
      if (how === 'killed') kills++;
    }
    const { accepted, duplicates, rejected } = await importHere(data, file);
    assert.deepEqual([accepted + duplicates, rejected], [RECORDS, 0]);
    await assertExactlyOnce(data, RECORDS);
    assert.deepEqual(await statementsOf(data, PEOPLE), statements);
    rmSync(data, { recursive: true });
  }
  assert.ok(kills > 0, 'at least one kill came before the end');
});

/** Sockets at the folder's address: the listening one, and each connected one. */
function connections(data: string): number {
  const lines = readFileSync(UNIX_SOCKETS, 'utf8').split('\n');
  return lines.filter((line) => line.endsWith(join(data, 'run', 'api.sock'))).length;
}

const UNIX_SOCKETS = '/proc/net/unix';
const skip = existsSync(UNIX_SOCKETS) ? false : 'this system does not list its sockets in /proc';

test("kill -9 of the ledger's host: a waiting command does the work", { skip }, async () => {
  const data = join(root, 'held');
  const others = join(root, 'others.ndjson');
  generateFile(others, { count: RECORDS_BESIDE, people: 40, seed: 2 });
  const holder = start(['import', file, file, file, '--data', data]);
  holder.stdin?.end();
  const held = ended(holder);
  while (!existsSync(join(data, 'run', 'api.sock'))) await turn();
  const waiter = start(['import', others, '--data', data, '--json']);
  waiter.stdin?.end();
  let isWaiting = true;
  const waited = ended(waiter).finally(() => {
    isWaiting = false;
  });
  while (isWaiting && connections(data) < 2) await turn();
  holder.kill('SIGKILL');
  assert.equal((await held).signal, 'SIGKILL', 'the host finished before another command waited');
  const { code, stdout, stderr } = await waited;
  assert.equal(code, 0, stderr);
  assert.equal((JSON.parse(stdout) as { read: number }).read, RECORDS_BESIDE);
  await importHere(data, file);
  await assertExactlyOnce(data, RECORDS + RECORDS_BESIDE);
});

/** A copy counts as restored. Its creator states that nothing is missing. */
function copyOfSmall(name: string): string {
  const data = join(root, name);
  cpSync(small, data, { recursive: true });
  return data;
}

test(`kill -9 at ${KILLS_BESIDE} moments of a rebuild: the next start continues`, async () => {
  for (let round = 0; round < KILLS_BESIDE; round++) {
    const data = copyOfSmall(`rebuild-${round}`);
    await killedAfter(moment(importMs / 2), ['rebuild', '--accept-fork', '--data', data]);
    await withWriter(data, async () => undefined, { acceptFork: 'accept' });
    await assertExactlyOnce(data, RECORDS_BESIDE);
    assert.deepEqual(await statementsOf(data, PEOPLE), smallStatements);
  }
});

test(`kill -9 at ${KILLS_BESIDE} moments of a compaction: no event lost or doubled`, async () => {
  const script = join(REPOSITORY, 'test/support/ledger/compaction-process.ts');
  for (let round = 0; round < KILLS_BESIDE; round++) {
    const data = copyOfSmall(`compaction-${round}`);
    await killedAfter(moment(importMs / 2), [data], script);
    await assertExactlyOnce(data, RECORDS_BESIDE);
    await withWriter(data, async () => undefined, { acceptFork: 'accept' });
    await assertExactlyOnce(data, RECORDS_BESIDE);
    assert.deepEqual(await statementsOf(data, PEOPLE), smallStatements);
  }
});

test(`kill -9 at ${KILLS_BESIDE} moments of a key rotation: the log stays trusted`, async () => {
  const vkey = await withAccount(small, async ({ ledger }) => ledger.vkey);
  for (let round = 0; round < KILLS_BESIDE; round++) {
    const data = copyOfSmall(`rotation-${round}`);
    const isBegun = (): boolean => existsSync(join(data, 'keys', 'note-next.key'));
    const rotate = ['ledger', 'rotate-key', '--accept-fork', '--data', data];
    await killedOnce(isBegun, Math.floor(random.next() ** 2 * 100), rotate);
    // The same command again completes the rotation, or begins another.
    await killedOnce(() => false, 0, rotate);
    await assertExactlyOnce(data, RECORDS_BESIDE);
    const { problems } = await fsck({ dir: data, threads: 0, vkey });
    assert.deepEqual(problems, []);
    assert.deepEqual(readdirSync(join(data, 'keys')).sort(), ['local.keys', 'note.key']);
  }
});

test(`kill -9 at ${KILLS_BESIDE} moments of an erasure: complete, or not declared`, async () => {
  const erase = ['ledger', 'erase', '--user', PERSON, '--case', 'C-7', '--reason', 'asked to'];
  for (let round = 0; round < KILLS_BESIDE; round++) {
    const data = copyOfSmall(`erasure-${round}`);
    // The names are stored first: from then on each moment counts.
    const isBegun = (): boolean => existsSync(join(data, 'run', 'erasing.json'));
    const ms = Math.floor(random.next() ** 2 * 300);
    await killedOnce(isBegun, ms, [...erase, '--accept-fork', '--data', data]);
    await withWriter(data, async () => undefined, { acceptFork: 'accept' });
    await assertSaidAndDone(data);
  }
});

/** By fsck: every body that an erasure names is gone, and no other. */
async function assertSaidAndDone(data: string): Promise<void> {
  await withAccount(data, async ({ store }) => {
    const erasures = store.erasures().length;
    assert.ok(erasures <= 1);
    assert.ok(!existsSync(join(data, 'run', 'erasing.json')));
    const left = await searchFolder(data, [PERSON]);
    assert.equal(left.length > 0, erasures === 0, JSON.stringify(left));
    const found = await store.resolvePrincipal(PERSON);
    assert.equal(found.kind, erasures === 0 ? 'one' : 'none');
  });
  await assertExactlyOnce(data, RECORDS_BESIDE);
}
