import assert from 'node:assert/strict';
import { test } from 'node:test';
import { closingLine, countsOf, sum } from './counts.ts';

test('closes with passed and failed, and with skipped only where something was skipped', () => {
  assert.equal(closingLine({ passed: 12, failed: 0, skipped: 0 }), '12 passed, 0 failed');
  assert.equal(
    closingLine({ passed: 12, failed: 1, skipped: 3 }),
    '12 passed, 1 failed, 3 skipped',
  );
});

test('sums the counts of all steps', () => {
  const counts = sum([
    { passed: 1, failed: 2, skipped: 3 },
    { passed: 10, failed: 20, skipped: 30 },
  ]);
  assert.deepEqual(counts, { passed: 11, failed: 22, skipped: 33 });
});

test('takes the totals that the reporter wrote', () => {
  const counts = countsOf('{"passed":5,"failed":0,"skipped":1}\n', 0);
  assert.deepEqual(counts, { passed: 5, failed: 0, skipped: 1 });
});

test('calls a run that crashed before its totals failed', () => {
  assert.equal(countsOf('', 0).failed, 1);
});

test('calls a run of no tests failed', () => {
  assert.equal(countsOf('{"passed":0,"failed":0,"skipped":0}', 0).failed, 1);
});

test('calls a run failed that passed every test and then left with an error', () => {
  assert.equal(countsOf('{"passed":5,"failed":0,"skipped":0}', 7).failed, 1);
});
