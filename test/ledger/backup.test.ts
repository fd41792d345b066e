import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join, relative } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { before, test } from 'node:test';
import { systemClock } from '@countersign/core';
import { fsck } from '@countersign/ledger';
import { diceOf } from '@countersign/ledger/testing/crash-model';
import type { BackupOutput } from '../../apps/countersign/src/operations/backup/backup.ts';
import type { RestoreOutput } from '../../apps/countersign/src/operations/backup/restore.ts';
import { SEED, simulations } from '../../tools/property.ts';
import { askLines, assertFsckClean, importHere, withWriter } from '../support/account.ts';
import { commandHere } from '../support/command-here.ts';
import { countersign } from '../support/command-line.ts';
import { temporaryFolder } from '../support/folders.ts';
import { recordText } from '../support/ingest/audit-record.ts';
import { killedAfter, uninterruptedMs } from '../support/kill.ts';
import { searchFolder } from '../support/ledger/byte-search.ts';

const KILLS = simulations(3, 100);
const SECRET_NAME = 'olga.old@northmoor.example';

const root = temporaryFolder('backup');
const sample = join(root, 'sample');

function recordFile(
  from: number,
  to: number,
  facts: Readonly<Record<string, string>> = {},
): string {
  const path = join(root, `records-${from}-${to}.json`);
  const lines = Array.from({ length: to - from }, (_, i) => recordText(from + i, facts));
  writeFileSync(path, lines.join('\n'));
  return path;
}

before(async () => {
  const broken = join(root, 'broken.json');
  writeFileSync(broken, '{"UserId":"pavel@northmoor.example",,}');
  await importHere(sample, recordFile(0, 700), broken);
});

let copies = 0;

/** Still at home on this machine, because nothing else holds the lock of a copy. */
async function newData(): Promise<string> {
  const data = join(root, `data-${copies++}`);
  cpSync(sample, data, { recursive: true });
  await withWriter(data, async () => undefined, { acceptFork: 'accept' });
  return data;
}

async function backUp(data: string, to: string, ...args: readonly string[]): Promise<BackupOutput> {
  const done = await countersign(['backup', '--to', to, '--data', data, '--json', ...args]);
  assert.equal(done.code, 0, done.stderr);
  return JSON.parse(done.stdout) as BackupOutput;
}

async function restore(from: string, to: string): Promise<RestoreOutput> {
  const done = await countersign(['restore', '--from', from, '--to', to, '--json']);
  assert.equal(done.code, 0, done.stderr);
  return JSON.parse(done.stdout) as RestoreOutput;
}

type Refusal = { readonly code: number | null; readonly stdout: string; readonly stderr: string };

function assertRefused({ code, stdout, stderr }: Refusal, why: RegExp): void {
  assert.equal(code, 2, stderr);
  assert.equal(stdout, '');
  assert.match(stderr, why);
}

async function sizeOf(data: string): Promise<number> {
  const report = await fsck({ dir: data, threads: 0 });
  assert.deepEqual(report.problems, []);
  return report.size;
}

/** The entries about acts, as lines. */
async function actsOf(data: string): Promise<readonly string[]> {
  return (await askLines(data, ['tail', '--kind', 'act'])).map((line) => JSON.stringify(line));
}

function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((item) => item.isFile())
    .map((item) => relative(folder, join(item.parentPath, item.name)));
}

test('a restored backup answers like the original, and continues after a decision', async () => {
  const data = await newData();
  const [to, restored] = [join(root, 'same'), join(root, 'same-restored')];
  mkdirSync(join(data, 'service'));
  const service = new DatabaseSync(join(data, 'service', 'feeds.sqlite'));
  service.exec('PRAGMA journal_mode=WAL; CREATE TABLE position (at INT)');
  service.exec('INSERT INTO position VALUES (412)');
  writeFileSync(join(data, 'countersign.yaml'), 'listen: 127.0.0.1:0\n');
  const first = await backUp(data, to, '--keys', 'include');
  service.close();
  // The entry about the backup follows the backup.
  assert.equal(first.entry, first.size);
  assert.equal(await sizeOf(data), first.size + 1);
  assert.match((await actsOf(data)).join(), /"act":"backup".*"keys":"included"/);
  assert.equal(first.newEntries, null);
  const done = await restore(to, restored);
  assert.deepEqual(
    [done.size, done.derived, done.complete.kind, done.origin],
    [first.size, true, 'unknown', first.origin],
  );
  await assertFsckClean(restored);
  const query = ['query', 'SELECT * FROM events ORDER BY 1, 2, 3'];
  assert.deepEqual(await askLines(restored, query), await askLines(data, query));
  const copy = new DatabaseSync(join(restored, 'service', 'feeds.sqlite'), { readOnly: true });
  assert.equal(copy.prepare('SELECT at FROM position').get()?.['at'], 412);
  copy.close();
  assert.equal(readFileSync(join(restored, 'countersign.yaml'), 'utf8').slice(0, 6), 'listen');
  assert.deepEqual(readdirSync(join(restored, 'quarantine')).length, 1);
  const more = recordFile(700, 701);
  for (const command of [['import', more], ['rebuild']]) {
    assertRefused(await countersign([...command, '--data', restored]), /copied or restored/);
  }
  const accepted = await countersign(['import', more, '--accept-fork', '--data', restored]);
  assert.equal(accepted.code, 0, accepted.stderr);
  assert.match((await actsOf(restored)).join(), /"act":"fork-accepted","cause":"restored-folder"/);
  await assertFsckClean(restored);
});

test('a backup of a folder that cannot be written is whole, and leaves no entry', async () => {
  const data = join(root, 'copied');
  cpSync(sample, data, { recursive: true });
  const size = await sizeOf(data);
  const done = await countersign([...['backup', '--to', join(root, 'of-copy')], '--data', data]);
  assert.equal(done.code, 0, done.stderr);
  assert.match(done.stderr, /The ledger has no entry about it: .*copied or restored/);
  assert.equal(await sizeOf(data), size);
});

test('a backup beside writers is consistent, and sha256sum verifies it', async () => {
  const data = await newData();
  const to = join(root, 'beside');
  const known = await sizeOf(data);
  const importing = countersign(['import', recordFile(1_000, 9_000), '--data', data]);
  const sizes: number[] = [];
  for (let i = 0; i < 4; i++) {
    const { size, backup } = await backUp(data, to, '--keep', '9');
    sizes.push(size);
    const check = spawnSync('sha256sum', ['--check', '--quiet', 'SHA256SUMS'], { cwd: backup });
    assert.equal(check.status, 0, String(check.stderr) + String(check.stdout));
    assert.equal((await fsck({ dir: backup, threads: 0 })).ok, true);
  }
  assert.equal((await importing).code, 0);
  assert.ok(sizes.every((size) => size >= known));
  const last = await backUp(data, to, '--keep', '9', '--keys', 'include');
  assert.ok(last.reused > 0);
  assert.equal(last.size + 1, await sizeOf(data));
  for (const name of readdirSync(to).filter((each) => each.startsWith('2'))) {
    assert.equal((await fsck({ dir: join(to, name), threads: 0 })).ok, true, name);
  }
});

test('a backup that is killed at any moment continues, and the earlier one stays', async () => {
  const data = await newData();
  const to = join(root, 'killed');
  const args = ['backup', '--to', to, '--data', data, '--keep', '1', '--keys', 'include'];
  const wholeMs = await uninterruptedMs(args);
  const dice = diceOf(SEED);
  let killed = 0;
  for (let i = 0; i < KILLS; i++) {
    await importHere(data, recordFile(2_000 + 300 * i, 2_300 + 300 * i));
    const size = await sizeOf(data);
    if ((await killedAfter(wholeMs * (0.3 + dice(70) / 100), args)) === 'killed') killed += 1;
    for (const name of readdirSync(to).filter((each) => each.startsWith('2'))) {
      assert.equal((await fsck({ dir: join(to, name), threads: 0 })).ok, true, name);
    }
    const done = await backUp(data, to, '--keep', '1', '--keys', 'include');
    // The killed command may have recorded its own backup.
    assert.ok(done.size === size || done.size === size + 1, `${done.size}, not ${size}`);
  }
  assert.ok(killed > 0);
  assert.deepEqual(readdirSync(to).filter((name) => !name.startsWith('.')).length, 1);
  const restored = join(root, 'killed-restored');
  assert.equal((await restore(to, restored)).size + 1, await sizeOf(data));
  await assertFsckClean(restored);
});

test('a restore that is killed at any moment continues; until then nothing opens it', async () => {
  const data = await newData();
  const to = join(root, 'restores');
  const { size } = await backUp(data, to, '--keys', 'include');
  const wholeMs = await uninterruptedMs(['restore', '--from', to, '--to', join(root, 'restore-0')]);
  const dice = diceOf(SEED + 1);
  let killed = 0;
  for (let i = 1; i <= KILLS; i++) {
    const folder = join(root, `restore-${i}`);
    const args = ['restore', '--from', to, '--to', folder];
    if ((await killedAfter(wholeMs * (0.2 + dice(80) / 100), args)) === 'killed') {
      killed += 1;
      // Before that, it is an empty folder, in which any command may begin a ledger.
      if (existsSync(join(folder, 'ledger/checkpoint'))) {
        const opened = await countersign(['import', recordFile(1, 2), '--data', folder]);
        assert.equal(opened.code, 2, opened.stderr);
      }
    }
    assert.equal((await restore(to, folder).catch(() => ({ size: -1 }))).size, size);
    await assertFsckClean(folder);
  }
  assert.ok(killed > 0);
});

test('a changed byte of any file of a backup is found before it is used', async () => {
  const data = await newData();
  const to = join(root, 'changed');
  const { backup } = await backUp(data, to, '--keys', 'include');
  for (const [i, path] of filesOf(backup).entries()) {
    if (path.endsWith('.yaml')) continue;
    const file = join(backup, path);
    const bytes = readFileSync(file);
    if (bytes.length === 0) continue;
    const changed = Buffer.from(bytes);
    const at = Math.floor(bytes.length / 2);
    changed[at] = (changed[at] as number) ^ 1;
    writeFileSync(file, changed);
    const target = join(root, `changed-${i}`);
    const refused = await commandHere(['restore', '--from', to, '--to', target], systemClock);
    writeFileSync(file, bytes);
    // A changed description without effect on the content, such as its time, is not a change.
    if (path === 'backup.json' && refused.code === 0) continue;
    assertRefused(refused, /another backup/);
    if (path !== 'backup.json') assert.match(refused.stderr, new RegExp(`: ${path} is`));
    rmSync(target, { recursive: true, force: true });
  }
});

test('a backup whose checksums were made to fit is still refused', async () => {
  const data = await newData();
  const to = join(root, 'fitted');
  const { backup } = await backUp(data, to, '--keys', 'include');
  const tile = join(backup, 'ledger/tile/entries/000');
  const bytes = readFileSync(tile);
  bytes[90] = (bytes[90] as number) ^ 1;
  writeFileSync(tile, bytes);
  const list = join(backup, 'SHA256SUMS');
  const sums = filesOf(backup)
    .filter((path) => path !== 'SHA256SUMS' && path !== 'backup.json')
    .sort();
  const hash = (path: string): string =>
    spawnSync('sha256sum', [path], { cwd: backup, encoding: 'utf8' }).stdout;
  writeFileSync(list, sums.map(hash).join(''));
  const manifest = join(backup, 'backup.json');
  const facts = JSON.parse(readFileSync(manifest, 'utf8')) as Record<string, unknown>;
  const checksums = hash('SHA256SUMS').slice(0, 64);
  writeFileSync(manifest, JSON.stringify({ ...facts, checksums }));
  const refused = await countersign(['restore', '--from', to, '--to', join(root, 'fitted-to')]);
  assertRefused(refused, /the ledger in the backup has \d+ problem.*tile\/entries\/000/s);
});

test('refuses a target in use, another log, and a truncated ledger', async () => {
  const data = await newData();
  const to = join(root, 'refusals');
  await backUp(data, to);
  assertRefused(
    await countersign(['restore', '--from', to, '--to', data]),
    /it is not empty; name an empty folder/,
  );
  const inside = await countersign(['backup', '--to', join(data, 'b'), '--data', data]);
  assertRefused(inside, /it is in the data folder/);
  assertRefused(
    await countersign(['restore', '--from', join(root, 'nothing'), '--to', join(root, 'x')]),
    /could not find a backup/,
  );
  const another = join(root, 'another');
  await importHere(another, recordFile(1, 3));
  const other = await countersign(['backup', '--to', to, '--data', another]);
  assertRefused(other, /is of the log countersign\.local\//);
  const older = await newData();
  await importHere(data, recordFile(800, 820));
  await backUp(data, to);
  const truncated = await countersign(['backup', '--to', to, '--data', older]);
  assertRefused(truncated, /the ledger has \d+\. The ledger was truncated or replaced/);
  await withWriter(older, async () => undefined);
  await importHere(older, recordFile(900, 960));
  const forked = await countersign(['backup', '--to', to, '--data', older]);
  assertRefused(forked, /has other entries than the ledger/);
});

test('keys are copied only on request; without them a restore says what to do', async () => {
  const data = await newData();
  const to = join(root, 'keyless');
  const { backup } = await backUp(data, to);
  assert.ok(!existsSync(join(backup, 'keys')));
  const pem = readFileSync(join(data, 'keys/note.key'), 'utf8').split('\n')[1] as string;
  assert.deepEqual(await searchFolder(backup, [pem]), []);
  const folder = join(root, 'keyless-restored');
  const done = await countersign(['restore', '--from', to, '--to', folder]);
  assert.equal(done.code, 0, done.stderr);
  assert.match(done.stdout, /derived state +not rebuilt/);
  assert.match(done.stderr, /Put note\.key and local\.keys into/);
  await assertFsckClean(folder);
  cpSync(join(data, 'keys'), join(folder, 'keys'), { recursive: true });
  assert.equal((await countersign(['rebuild', '--accept-fork', '--data', folder])).code, 0);
  await assertFsckClean(folder);
});

test('an erased body is not in later backups, and old backups go', async () => {
  const data = await newData();
  const to = join(root, 'erased');
  await importHere(data, recordFile(4_000, 4_002, { UserId: SECRET_NAME }));
  await backUp(data, to, '--keep', '1');
  assert.notDeepEqual(await searchFolder(to, [SECRET_NAME]), []);
  const why = ['--case', 'R-1', '--reason', 'request'];
  const erase = ['ledger', 'erase', '--user', SECRET_NAME, ...why, '--data', data];
  const erased = await countersign(erase);
  assert.equal(erased.code, 0, erased.stderr);
  const { removed, backup } = await backUp(data, to, '--keep', '1');
  assert.equal(removed.length, 1);
  assert.deepEqual(await searchFolder(to, [SECRET_NAME]), []);
  assert.equal((await fsck({ dir: backup, threads: 0 })).ok, true);
});

test('files that did not change take no further space', async () => {
  const data = await newData();
  const to = join(root, 'links');
  const first = await backUp(data, to);
  const second = await backUp(data, to);
  const tile = 'ledger/tile/entries/000';
  const inodes = [first, second].map(({ backup }) => statSync(join(backup, tile)).ino);
  assert.equal(inodes[0], inodes[1]);
  assert.ok(second.reused > 0);
  assert.equal(second.newEntries, 1, 'the entry about the first one');
});
