import assert from 'node:assert/strict';
import { test } from 'node:test';
import { freeBytes } from './free-bytes.ts';

test('frees a large buffer, also through a part of it', () => {
  const whole = Buffer.alloc(100_000, 1);
  freeBytes(whole);
  assert.equal(whole.buffer.byteLength, 0);
  const other = Buffer.alloc(100_000, 1);
  freeBytes(other.subarray(10, 90_000));
  assert.equal(other.length, 0);
});

test('leaves the pool that small buffers share', () => {
  const [one, two] = [Buffer.from('one'), Buffer.from('two')];
  freeBytes(one);
  assert.deepEqual([one.toString(), two.toString()], ['one', 'two']);
});
