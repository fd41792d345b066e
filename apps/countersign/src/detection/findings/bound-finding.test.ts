import assert from 'node:assert/strict';
import { test } from 'node:test';
import { boundedGroup, FINDING_TEXT_CHARACTERS_MAX } from './bound-finding.ts';

test('long groups that begin alike stay apart, and short ones stay as they are', () => {
  const begin = 'x'.repeat(FINDING_TEXT_CHARACTERS_MAX);
  const [a, b] = [boundedGroup(`${begin}a`), boundedGroup(`${begin}b`)];
  assert.notEqual(a, b);
  assert.equal(a.length, FINDING_TEXT_CHARACTERS_MAX);
  assert.equal(boundedGroup(`${begin}a`), a);
  assert.equal(boundedGroup(begin), begin);
});
