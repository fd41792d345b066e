import assert from 'node:assert/strict';
import { test } from 'node:test';
import { referenceDigits, referenceOf } from './decision-reference.ts';

test('a reference is the end of an id, in any notation', () => {
  const reference = referenceOf('019bb0e4-7d2a-7f6b-9c3d-2e8a61f0b794');
  assert.equal(reference, '2e8a-61f0-b794');
  for (const typed of [reference, ' 2E8A 61F0 B794 ', '2e8a61f0b794']) {
    assert.equal(referenceDigits(typed), '2e8a61f0b794');
  }
  for (const typed of ['', '12', '2e8a-61f0-b79', '2e8a-61f0-b7941', '2e8a-61f0-b79g']) {
    assert.equal(referenceDigits(typed), undefined, typed);
  }
});
