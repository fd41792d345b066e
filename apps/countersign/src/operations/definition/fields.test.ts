import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytes, entryIndex, entryReference, instantText } from './fields.ts';

test('an index is a whole number from 0, also as a screen prints it', () => {
  for (const [given, index] of [
    [0, 0],
    ['0', 0],
    ['#3370', 3370],
    ['3,370', 3370],
  ] as const) {
    assert.equal(entryIndex.parse(given), index);
    assert.deepEqual(entryReference.parse(given), { index });
  }
  for (const bad of ['', '-1', '1.5', '1e3', '0x10', '33,70', '9'.repeat(20), -1, 1.5, null]) {
    assert.equal(entryIndex.safeParse(bad).success, false, String(bad));
    assert.equal(entryReference.safeParse(bad).success, false, String(bad));
  }
});

test('a reference names the log of its entry', () => {
  const parsed = { index: 3370, origin: 'countersign.local/1a2b' };
  assert.deepEqual(entryReference.parse('countersign.local/1a2b#3370'), parsed);
  assert.deepEqual(entryReference.parse(parsed), parsed);
});

test('a date alone is its first instant, UTC', () => {
  assert.equal(instantText.parse('2024-01-31'), '2024-01-31T00:00:00Z');
  assert.equal(instantText.parse('2024-01-31T10:00:00+02:00'), '2024-01-31T08:00:00Z');
  assert.equal(instantText.safeParse('yesterday').success, false);
});

test('bytes are bytes, or base64', () => {
  const given = new Uint8Array([1, 2, 255]);
  assert.equal(bytes.parse(given), given);
  assert.deepEqual(bytes.parse('AQL/'), given);
  assert.equal(bytes.safeParse('not base64').success, false);
});
