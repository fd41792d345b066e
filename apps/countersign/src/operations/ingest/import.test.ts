import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ImportOutput, importRecords, retryQuarantined } from './import.ts';

const NOTHING: ImportOutput = {
  ...{ files: 0, read: 0, accepted: 0, duplicates: 0, rejected: 0, rejects: [], entries: 1 },
  ...{ checkpoint: { origin: 'log.example', size: 1, root: 'A=' }, warnings: [], failed: [] },
  witnesses: [],
};
const FAILED = ['stream/spray: it does not run'];
const CONTEXT = { dataDir: '/data' };

test('an import without a record cannot tell; an empty quarantine is a yes', () => {
  assert.equal(importRecords.conclude?.(NOTHING, CONTEXT).kind, 'failed');
  assert.equal(retryQuarantined.conclude?.(NOTHING, CONTEXT).kind, 'yes');
});

test('a failed detector makes every import unknown, also one without a record', () => {
  for (const read of [0, 7]) {
    const report = { ...NOTHING, read, accepted: read, failed: FAILED };
    const conclusion = retryQuarantined.conclude?.(report, CONTEXT);
    assert.ok(conclusion?.kind === 'failed');
    assert.equal(conclusion.error.code, 'CANNOT_TELL');
    assert.match(conclusion.error.message, /stream\/spray: it does not run/);
  }
});
