import assert from 'node:assert/strict';
import { test } from 'node:test';
import { joinWithAnd, numberText, plural } from './text-format.ts';

test('numbers are written in groups of three digits', () => {
  const texts = [0, 12, 999, 1000, 1_234_567].map(numberText);
  assert.deepEqual(texts, ['0', '12', '999', '1,000', '1,234,567']);
});

test('only the count one is singular', () => {
  const texts = [0, 1, 2, 1001].map((count) => plural(count, 'cell'));
  assert.deepEqual(texts, ['0 cells', '1 cell', '2 cells', '1,001 cells']);
  const words = ['entry', 'key', 'hash', 'witness', 'mailbox', 'match', 'body'];
  const many = ['entries', 'keys', 'hashes', 'witnesses', 'mailboxes', 'matches', 'bodies'];
  assert.deepEqual(
    words.map((word) => plural(2, word)),
    many.map((word) => `2 ${word}`),
  );
  assert.equal(plural(1, 'entry'), '1 entry');
  assert.equal(plural(2, 'body was', 'bodies were'), '2 bodies were');
});

test('joins the last of several items with "and"', () => {
  const texts = [[], ['a'], ['a', 'b'], ['a', 'b', 'c']].map(joinWithAnd);
  assert.deepEqual(texts, ['', 'a', 'a and b', 'a, b and c']);
});
