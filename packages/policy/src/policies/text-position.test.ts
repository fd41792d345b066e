import assert from 'node:assert/strict';
import { test } from 'node:test';
import { problemsText, problemText } from './policy-problem.ts';
import { placeAt, placeWithin } from './text-position.ts';

const TEXT = { file: 'a.cedar', text: 'één\ntwo\nthree' };

test('converts a byte offset to a line and a column in characters', () => {
  const at = (offset: number | undefined): string => {
    const { file, line, column } = placeAt(TEXT, offset);
    return `${file}:${line}:${column}`;
  };
  assert.equal(at(undefined), 'a.cedar:1:1');
  assert.equal(at(0), 'a.cedar:1:1');
  // Two letters of two bytes each.
  assert.equal(at(4), 'a.cedar:1:3');
  assert.equal(at(6), 'a.cedar:2:1');
  assert.equal(at(8), 'a.cedar:2:3');
  assert.equal(at(10), 'a.cedar:3:1');
});

test('counts a position in an excerpt from the start of the excerpt', () => {
  const start = { file: 'b.cedar', line: 7, column: 5 };
  assert.deepEqual(placeWithin(start, 'one\ntwo', 2), { file: 'b.cedar', line: 7, column: 7 });
  assert.deepEqual(placeWithin(start, 'one\ntwo', 5), { file: 'b.cedar', line: 8, column: 2 });
  assert.deepEqual(placeWithin(start, 'one\ntwo', undefined), start);
});

test('one problem is a line; several are counted', () => {
  const place = { file: 'b.cedar', line: 7, column: 5 };
  assert.equal(problemText({ place, what: 'no' }), 'b.cedar:7:5: no');
  assert.equal(problemsText([{ place, what: 'no' }]), 'b.cedar:7:5: no');
  assert.equal(
    problemsText([
      { place, what: 'no' },
      { place, what: 'not' },
    ]),
    '2 problems:\nb.cedar:7:5: no\nb.cedar:7:5: not',
  );
});
