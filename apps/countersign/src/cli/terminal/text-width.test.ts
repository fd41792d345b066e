import assert from 'node:assert/strict';
import { test } from 'node:test';
import { idsNamed } from '@countersign/core';
import fc from 'fast-check';
import { runs } from '../../../../../tools/property.ts';
import { sanitize } from './sanitize.ts';
import { cutAtWord, cutEnd, cutMiddle, displayWidth, wrap } from './text-width.ts';

const text = fc
  .array(
    fc.oneof(
      fc.string(),
      fc.constantFrom(' ', '  ', '/', '山田', '👍', 'e\u0301', 'path/to/a-file'),
    ),
  )
  .map((parts) => sanitize(parts.join('')));

test('counts two columns for wide characters and none for combining marks', () => {
  assert.equal(displayWidth('abc'), 3);
  assert.equal(displayWidth('山田'), 4);
  assert.equal(displayWidth('👍'), 2);
  assert.equal(displayWidth('e\u0301'), 1);
});

test('cuts the middle of an id, and keeps one that fits', () => {
  assert.equal(cutMiddle('8a3f0c52-77aa-4d2e-9c11-0123456791bc', 13), '8a3f0c…6791bc');
  assert.equal(cutMiddle('short', 13), 'short');
});

test('wraps at words, then after separators, then anywhere', () => {
  assert.deepEqual(wrap('one two three', 8), ['one two', 'three']);
  assert.deepEqual(wrap('/sites/finance/Q3.xlsx', 10), ['/sites/', 'finance/', 'Q3.xlsx']);
  assert.deepEqual(wrap('x'.repeat(12), 5), ['xxxxx', 'xxxxx', 'xx']);
});

test('cuts after a whole word, and within a single long word', () => {
  assert.equal(cutAtWord('one two three', 13), 'one two three');
  assert.equal(cutAtWord('one two three', 12), 'one two …');
  assert.equal(cutAtWord('one, two three', 8), 'one …');
  assert.equal(cutAtWord('x'.repeat(12), 5), 'xxxx…');
});

test('never makes a line wider than allowed', () => {
  fc.assert(
    fc.property(text, fc.integer({ min: 4, max: 60 }), (given, columns) => {
      for (const line of [
        ...wrap(given, columns),
        cutAtWord(given, columns),
        cutEnd(given, columns),
        cutMiddle(given, columns),
      ]) {
        assert.ok(displayWidth(line) <= columns, `${displayWidth(line)} > ${columns}: "${line}"`);
      }
    }),
    runs(1000, 50000),
  );
});

test('wrapping loses only spaces', () => {
  fc.assert(
    fc.property(text, fc.integer({ min: 4, max: 60 }), (given, columns) => {
      assert.equal(wrap(given, columns).join('').replaceAll(' ', ''), given.replaceAll(' ', ''));
    }),
    runs(1000, 50000),
  );
});

test('the printed form of an id names it at any width', () => {
  const hex = fc.stringMatching(/^[0-9a-f]{32}$/);
  fc.assert(
    fc.property(hex, fc.integer({ min: 7, max: 32 }), (id, columns) => {
      assert.deepEqual(idsNamed(cutMiddle(id, columns), [id]), [id]);
    }),
    runs(200, 2000),
  );
});
