import assert from 'node:assert/strict';
import { test } from 'node:test';
import { closingLine, countsOf, sum } from './counts.ts';

test('prints passed and failed, and skipped only if there are any', () => {
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

test('reads the totals that the reporter wrote', () => {
  const counts = countsOf('{"passed":5,"failed":0,"skipped":1}\n', 0);
  assert.deepEqual(counts, { passed: 5, failed: 0, skipped: 1 });
});

test('a run that crashed before its totals has failed', () => {
  assert.equal(countsOf('', 0).failed, 1);
});

test('a run without tests has failed', () => {
  assert.equal(countsOf('{"passed":0,"failed":0,"skipped":0}', 0).failed, 1);
});

test('a run that passed every test and then exited with an error has failed', () => {
  assert.equal(countsOf('{"passed":5,"failed":0,"skipped":0}', 7).failed, 1);
});
