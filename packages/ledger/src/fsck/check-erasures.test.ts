import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkErasures, type DeclaredErasure } from './check-erasures.ts';
import { Problems } from './fsck-report.ts';

function problemsOf(declared: readonly DeclaredErasure[], gone: readonly number[]): string[] {
  const problems = new Problems();
  checkErasures(declared, gone, problems);
  return problems.list().map(({ what }) => what);
}

const ERASURE: DeclaredErasure = {
  index: 20,
  ranges: [
    [2, 6],
    [9, 10],
  ],
};

test('a completed erasure is no problem', () => {
  assert.deepEqual(problemsOf([ERASURE], [2, 3, 4, 5, 9]), []);
  assert.deepEqual(problemsOf([ERASURE, { index: 30, ranges: [[4, 7]] }], [2, 3, 4, 5, 6, 9]), []);
});

test('an erasure that died before or during its rewriting waits for the next writer', () => {
  const rest =
    'still here: the erasure in entry 20 is not finished; the next writing ' +
    'command finishes it';
  assert.deepEqual(problemsOf([ERASURE], []), [
    `the bodies of entries 2 to 5 are ${rest}`,
    `the body of entry 9 is ${rest}`,
  ]);
  assert.deepEqual(problemsOf([ERASURE], [2, 3]), [
    `the bodies of entries 4 to 5 are ${rest}`,
    `the body of entry 9 is ${rest}`,
  ]);
});

test('a body that was put back after a completed erasure is a problem', () => {
  assert.deepEqual(problemsOf([ERASURE], [2, 4, 5, 9]), [
    'the body of entry 3 is here again, though entry 20 says that it was erased',
  ]);
});

test('a body missing without an erasure is reported, also beside erased bodies', () => {
  assert.deepEqual(problemsOf([ERASURE], [1, 2, 3, 4, 5, 9, 12, 13]), [
    'the body of entry 1 is missing, and no erasure explains it',
    'the bodies of entries 12 to 13 are missing, and no erasure explains it',
  ]);
});
