import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { assertFsckClean, importHere } from '../support/account.ts';
import { countersign, type ProcessResult } from '../support/command-line.ts';
import { assertExactlyOnce } from '../support/exactly-once.ts';
import { temporaryFolder } from '../support/folders.ts';
import { recordText } from '../support/ingest/audit-record.ts';
import { smallDisk, withoutMount } from '../support/small-disk.ts';

const root = temporaryFolder('unwritable');
const skip = withoutMount(root);

function exportOf(name: string, first: number, count: number): string {
  const path = join(root, name);
  const numbers = Array.from({ length: count }, (_, at) => first + at);
  writeFileSync(path, numbers.map((number) => `${recordText(number)}\n`).join(''));
  return path;
}

const first = exportOf('first.json', 1, 30);
const more = exportOf('more.json', 31, 30);

/** One sentence with the file and the fix, and not a bug in Countersign. */
function assertReported({ code, stderr }: ProcessResult, exitCode: number, cure: RegExp): void {
  assert.equal(code, exitCode, stderr);
  assert.match(stderr, /^countersign: could not [^\n]+\n$/);
  assert.match(stderr, cure);
}

test('a read-only disk is reported', { skip }, async () => {
  using disk = smallDisk(root, 31);
  const data = join(disk.path, 'data');
  await importHere(data, first);
  execFileSync('mount', ['-o', 'remount,ro', disk.path]);
  const result = await countersign(['import', more, '--data', data]);
  assertReported(
    result,
    2,
    /is not writable; check .* not mounted read-only|file system is read-only/,
  );
  execFileSync('mount', ['-o', 'remount,rw', disk.path]);
  await importHere(data, more);
  await assertExactlyOnce(data, 60);
});

test('rows that did not fit on the disk after the commit are rebuilt later', { skip }, async () => {
  const data = join(root, 'full-events');
  await importHere(data, first);
  const kept = join(root, 'kept-events');
  execFileSync('cp', ['-a', join(data, 'events'), kept]);
  const events = join(data, 'events');
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', events]);
  try {
    execFileSync('cp', ['-a', `${kept}/.`, events]);
    // As small as its content: a file that fills it would be removed as a stray.
    const { blocks, bfree, bsize } = statfsSync(events);
    const size = (blocks - bfree) * bsize;
    execFileSync('mount', ['-o', `remount,size=${size}`, events]);
    const result = await countersign(['import', more, '--data', data]);
    assertReported(result, 3, /could not write \S*parquet: the disk is full; free space/);
    execFileSync('mount', ['-o', 'remount,size=8m', events]);
    assert.equal((await countersign(['import', more, '--data', data])).code, 0);
    await assertExactlyOnce(data, 60);
    await assertFsckClean(data);
  } finally {
    spawnSync('umount', ['-l', events]);
  }
});

test('a read-only state.sqlite is reported', { skip }, async () => {
  const data = join(root, 'state');
  await importHere(data, first);
  const state = join(data, 'state.sqlite');
  execFileSync('mount', ['--bind', state, state]);
  try {
    execFileSync('mount', ['-o', 'remount,ro,bind', state]);
    const result = await countersign(['import', more, '--data', data]);
    assertReported(
      result,
      2,
      /could not write \S*state\.sqlite: it is not writable; check the owner/,
    );
  } finally {
    spawnSync('umount', ['-l', state]);
  }
  assert.equal((await countersign(['import', more, '--data', data])).code, 0);
  await assertExactlyOnce(data, 60);
});
