import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { FILE_TICK_MS_MAX, FileVersion } from './file-version.ts';

const root = mkdtempSync(join(tmpdir(), 'countersign-file-state-'));
after(() => rmSync(root, { recursive: true, force: true }));
const file = join(root, 'people.yaml');
const TICK = new Date('2026-03-01T00:00:00Z');

/** Writes like a file system with timestamps in seconds. */
function write(text: string): void {
  writeFileSync(file, text);
  utimesSync(file, TICK, TICK);
}

test('a change of the same length in the same tick is found after the tick', () => {
  write('risk: none');
  const state = FileVersion.of(file, 0);
  write('risk: high');
  assert.ok(state.isUnchanged(FileVersion.stamp(file), FILE_TICK_MS_MAX - 1));
  assert.ok(!state.isUnchanged(FileVersion.stamp(file), FILE_TICK_MS_MAX));
  // A second check must report it again.
  assert.ok(!state.isUnchanged(FileVersion.stamp(file), FILE_TICK_MS_MAX + 1));
});

test('an unchanged file is hashed once, then recognized by its stamp', () => {
  write('risk: none');
  const state = FileVersion.of(file, 0);
  assert.ok(state.isUnchanged(FileVersion.stamp(file), FILE_TICK_MS_MAX));
  appendFileSync(file, '\n');
  assert.ok(!state.isUnchanged(FileVersion.stamp(file), FILE_TICK_MS_MAX + 1));
});

test('a deleted file is changed, and a missing one is unchanged', () => {
  write('risk: none');
  const state = FileVersion.of(file, 0);
  rmSync(file);
  assert.ok(!state.isUnchanged(FileVersion.stamp(file), 0));
  const missing = FileVersion.of(file, 0);
  assert.ok(missing.isUnchanged(FileVersion.stamp(file), FILE_TICK_MS_MAX));
});
