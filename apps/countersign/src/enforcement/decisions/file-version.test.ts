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

/** As a file system writes that counts in seconds. */
function write(text: string): void {
  writeFileSync(file, text);
  utimesSync(file, TICK, TICK);
}

test('a change of the same length in the same tick is found when the tick is over', () => {
  write('risk: none');
  const state = FileVersion.of(file, 0);
  write('risk: high');
  assert.ok(state.isStill(FileVersion.stamp(file), FILE_TICK_MS_MAX - 1));
  assert.ok(!state.isStill(FileVersion.stamp(file), FILE_TICK_MS_MAX));
  // And again: whoever looks must not be told once only.
  assert.ok(!state.isStill(FileVersion.stamp(file), FILE_TICK_MS_MAX + 1));
});

test('what did not change is hashed once, and then told by its stamp', () => {
  write('risk: none');
  const state = FileVersion.of(file, 0);
  assert.ok(state.isStill(FileVersion.stamp(file), FILE_TICK_MS_MAX));
  appendFileSync(file, '\n');
  assert.ok(!state.isStill(FileVersion.stamp(file), FILE_TICK_MS_MAX + 1));
});

test('a file that is gone is another, and one that never was is what it was', () => {
  write('risk: none');
  const state = FileVersion.of(file, 0);
  rmSync(file);
  assert.ok(!state.isStill(FileVersion.stamp(file), 0));
  const missing = FileVersion.of(file, 0);
  assert.ok(missing.isStill(FileVersion.stamp(file), FILE_TICK_MS_MAX));
});
