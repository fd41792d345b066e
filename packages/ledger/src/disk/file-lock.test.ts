import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '@countersign/tlog/testing/witnessed-log';
import { lockFile } from './file-lock.ts';

const NOBODY = 65_534;
const isRoot = process.getuid?.() === 0;

test('a lock file that this process may not open gives an error with the fix', {
  skip: !isRoot && 'only root can become another user',
}, () => {
  using folder = temporaryFolder();
  const path = join(folder.path, 'lock.sqlite');
  writeFileSync(path, '', { mode: 0o000 });
  chmodSync(path, 0o000);
  chownSync(folder.path, NOBODY, NOBODY);
  chmodSync(folder.path, 0o500);
  process.seteuid?.(NOBODY);
  try {
    const message = /^could not lock the ledger with .*\.sqlite: it is not writable; check the /;
    for (const file of [path, join(folder.path, 'other.sqlite')]) {
      const code = 'NOT_WRITABLE';
      assert.throws(() => lockFile(file), { name: 'LedgerError', code, message });
    }
  } finally {
    process.seteuid?.(0);
  }
});

test('a disk without room for the lock file gives DISK_FULL', (t) => {
  using folder = temporaryFolder();
  const path = join(folder.path, 'disk');
  mkdirSync(path);
  const small = ['-t', 'tmpfs', '-o', 'size=64k,nr_inodes=1', 'tmpfs', path];
  if (spawnSync('mount', small).status !== 0) return t.skip('this user may not mount a small disk');
  try {
    const message = /^could not lock the ledger with .*: the disk is full; free space/;
    const lock = (): unknown => lockFile(join(path, 'lock.sqlite'));
    assert.throws(lock, { name: 'LedgerError', code: 'DISK_FULL', message });
  } finally {
    spawnSync('umount', ['-l', path]);
  }
});
