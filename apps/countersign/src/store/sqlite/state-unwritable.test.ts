import assert from 'node:assert/strict';
import { chmodSync, chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { statePath } from '../store-layout.ts';
import { StateDatabase } from './state-database.ts';

const NOBODY = 65_534;
const skip = process.getuid?.() !== 0 && 'only root can become another user';

/** Creates the files as SQLite does: `-shm` gets the mode that the database has at that time. */
function withFiles(run: (path: string) => void): void {
  const dir = mkdtempSync(join(tmpdir(), 'countersign-state-'));
  const path = statePath(dir);
  StateDatabase.openForWriting(dir).close();
  writeFileSync(`${path}-wal`, '');
  writeFileSync(`${path}-shm`, Buffer.alloc(32_768));
  for (const file of [dir, path, `${path}-wal`, `${path}-shm`]) chownSync(file, NOBODY, NOBODY);
  process.seteuid?.(NOBODY);
  try {
    run(path);
  } finally {
    process.seteuid?.(0);
    rmSync(dir, { recursive: true });
  }
}

for (const [what, suffix] of [
  ['a state.sqlite that is read-only', ''],
  ['a -shm that stayed read-only beside a state that is writable again', '-shm'],
] as const) {
  test(`${what} is said to be, with the cure`, { skip }, () => {
    withFiles((path) => {
      chmodSync(`${path}${suffix}`, 0o400);
      const write = (): void => {
        const state = StateDatabase.openForWriting(join(path, '..'));
        try {
          state.transaction(() => undefined);
        } finally {
          state.close();
        }
      };
      const message = /^could not write .*state\.sqlite: it is not writable; check the owner and /;
      assert.throws(write, { name: 'StoreError', code: 'NOT_WRITABLE', message });
      chmodSync(`${path}${suffix}`, 0o600);
      assert.doesNotThrow(write);
    });
  });
}
