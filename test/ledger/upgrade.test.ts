import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { globSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { askLines, assertFsckClean } from '../support/account.ts';
import { countersign, REPOSITORY } from '../support/command-line.ts';
import { temporaryFolder } from '../support/folders.ts';
import { recordText } from '../support/ingest/audit-record.ts';

const root = temporaryFolder('upgrade');

/** Folders that earlier versions wrote. A new format adds one; none is ever rewritten. */
const ARCHIVES = globSync('test/ledger/folders/format-*.tgz', { cwd: REPOSITORY });
const ENTRIES = ['query', 'SELECT count(*) AS n FROM entries'];

let unpacked = 0;

function unpack(archive: string): string {
  const data = join(root, `${basename(archive, '.tgz')}-${unpacked++}`);
  mkdirSync(data);
  execFileSync('tar', ['-xzf', join(REPOSITORY, archive), '-C', data]);
  return data;
}

function recordFile(n: number): string {
  const path = join(root, `record-${n}.json`);
  writeFileSync(path, recordText(n));
  return path;
}

for (const archive of ARCHIVES) {
  test(`this version checks, reads, continues and rebuilds ${basename(archive)}`, async () => {
    const data = unpack(archive);
    await assertFsckClean(data);
    assert.equal((await countersign(['rebuild', '--accept-fork', '--data', data])).code, 0);
    const events = ['query', 'SELECT count(*) AS n FROM events'];
    assert.deepEqual(await askLines(data, events), [{ n: 300 }]);
    const known = ['import', recordFile(7), recordFile(5_000), '--data', data, '--json'];
    const { code, stdout, stderr } = await countersign(known);
    assert.equal(code, 0, stderr);
    const { accepted, duplicates } = JSON.parse(stdout) as { accepted: number; duplicates: number };
    // It recognizes what the earlier version stored.
    assert.deepEqual([accepted, duplicates], [1, 1]);
    const before = await askLines(data, ENTRIES);
    assert.equal((await countersign(['rebuild', '--data', data])).code, 0);
    assert.deepEqual(await askLines(data, ENTRIES), before);
    await assertFsckClean(data);
    assert.ok(statSync(join(REPOSITORY, archive)).size < 200_000, 'small enough to commit');
  });
}

test('there is a folder of the format of today', () => {
  const data = unpack(ARCHIVES.at(-1) ?? '');
  const { format } = JSON.parse(readFileSync(join(data, 'countersign.json'), 'utf8')) as {
    format: number;
  };
  assert.ok(ARCHIVES.some((archive) => archive.endsWith(`format-${format}.tgz`)));
});

test('a folder of a newer or older format is refused by every command, unchanged', async () => {
  for (const format of [1, 3]) {
    const data = unpack(ARCHIVES.at(-1) ?? '');
    const path = join(data, 'countersign.json');
    const text = readFileSync(path, 'utf8').replace(/"format": \d+/, `"format": ${format}`);
    writeFileSync(path, text);
    const names = new Set(readdirSync(data, { recursive: true, encoding: 'utf8' }));
    for (const command of [
      ['timeline'],
      ['import', recordFile(1)],
      ['rebuild'],
      ['ledger', 'fsck'],
    ]) {
      const { code, stderr, stdout } = await countersign([...command, '--data', data]);
      assert.notEqual(code, 0, command.join(' '));
      assert.match(stderr + stdout, new RegExp(`format is ${format} and this version`));
      assert.match(stderr + stdout, /Open it with the version that wrote it/);
    }
    assert.deepEqual(new Set(readdirSync(data, { recursive: true, encoding: 'utf8' })), names);
    assert.equal(readFileSync(path, 'utf8'), text);
  }
});

test('derived state of another version is rebuilt; until then, cannot tell', async () => {
  const data = unpack(ARCHIVES.at(-1) ?? '');
  assert.equal((await countersign(['rebuild', '--accept-fork', '--data', data])).code, 0);
  const before = await askLines(data, ENTRIES);
  const state = new DatabaseSync(join(data, 'state.sqlite'));
  state.exec('PRAGMA user_version = 999');
  state.close();
  const asked = await countersign(['timeline', '--data', data]);
  assert.equal(asked.code, 3, asked.stdout + asked.stderr);
  assert.equal((await countersign(['import', recordFile(3), '--data', data])).code, 0);
  const [{ n: count } = { n: 0 }] = (await askLines(data, ENTRIES)) as { n: number }[];
  assert.ok(count >= ((before[0] as { n: number } | undefined)?.n ?? Infinity));
  await assertFsckClean(data);
});
