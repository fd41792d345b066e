import assert from 'node:assert/strict';
import { test } from 'node:test';
import { boundedGroup, FINDING_TEXT_CHARACTERS_MAX } from './bound-finding.ts';

test('long groups with a common prefix stay distinct, and short ones stay unchanged', () => {
  const begin = 'x'.repeat(FINDING_TEXT_CHARACTERS_MAX);
  const [a, b] = [boundedGroup(`${begin}a`), boundedGroup(`${begin}b`)];
  assert.notEqual(a, b);
  assert.equal(a.length, FINDING_TEXT_CHARACTERS_MAX);
  assert.equal(boundedGroup(`${begin}a`), a);
  assert.equal(boundedGroup(begin), begin);
});
