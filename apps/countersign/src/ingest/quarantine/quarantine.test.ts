import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { listQuarantined, quarantineItem, removeQuarantined } from './quarantine.ts';

function withFolder(run: (dir: string) => void): void {
  const dir = mkdtempSync(join(tmpdir(), 'countersign-quarantined-'));
  try {
    run(dir);
  } finally {
    rmSync(dir, { recursive: true });
  }
}

const REJECT = { file: 'a.json', at: 'row 2, byte 9', reason: 'not JSON', import: 0, readAs: null };

test('quarantines the same reject once, and keeps its first reason', () => {
  withFolder((dir) => {
    const name = quarantineItem(dir, REJECT, Buffer.from('{'));
    assert.equal(quarantineItem(dir, { ...REJECT, reason: 'another' }, Buffer.from('{')), name);
    assert.notEqual(
      quarantineItem(dir, { ...REJECT, at: 'row 3, byte 11' }, Buffer.from('{')),
      name,
    );
    const [first, second, ...more] = [...listQuarantined(dir)].map(({ item }) => item.reason);
    assert.deepEqual([first, second, more], ['not JSON', 'not JSON', []]);
  });
});

test('keeps bytes unchanged up to a mebibyte; larger ones stay in their file', () => {
  withFolder((dir) => {
    const bytes = Buffer.from([0, 0xff, 0x0a]);
    const small = quarantineItem(dir, REJECT, bytes);
    const large = quarantineItem(
      dir,
      { ...REJECT, at: 'row 3, byte 12' },
      Buffer.alloc(2 ** 20 + 1),
    );
    const kept = new Map([...listQuarantined(dir)].map((file) => [file.name, file]));
    assert.deepEqual(kept.get(small)?.bytes, bytes);
    assert.equal(kept.get(large)?.item.bytes, null);
  });
});

test('lists a truncated file with its text, so that a search finds it', () => {
  withFolder((dir) => {
    mkdirSync(join(dir, 'quarantine'));
    writeFileSync(join(dir, 'quarantine', 'cut.json'), '{"file":"ann@example.com');
    const [cut] = [...listQuarantined(dir)];
    assert.match(cut?.item.reason ?? '', /ann@example\.com/);
    removeQuarantined(dir, ['cut.json', 'never-there.json']);
    assert.deepEqual(readdirSync(join(dir, 'quarantine')), []);
  });
});

test('lists nothing without a quarantine folder', () => {
  withFolder((dir) => assert.deepEqual([...listQuarantined(dir)], []));
});
