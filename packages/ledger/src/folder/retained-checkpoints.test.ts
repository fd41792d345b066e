import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseCheckpoint, parseNote } from '@countersign/tlog';
import { nodeFiles } from '../disk/disk.ts';
import { makeRotatedLedger } from '../testing/rotated-ledger.ts';
import { retainedCheckpoints } from './retained-checkpoints.ts';

test('lists the checkpoints of every closing, the largest log first', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'countersign-retained-'));
  try {
    assert.deepEqual([...retainedCheckpoints(nodeFiles, dir)], [], 'there is no ledger yet');
    await makeRotatedLedger(dir);
    const sizes = [...retainedCheckpoints(nodeFiles, dir)].map((note) => {
      return parseCheckpoint(parseNote(Buffer.from(note)).text).size;
    });
    assert.deepEqual(
      sizes,
      sizes.toSorted((a, b) => b - a),
    );
    assert.ok(sizes.includes(300) && sizes.includes(310), sizes.join());
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});
