import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Random } from '@countersign/core';
import { uuidV7 } from './uuid-v7.ts';

function all(byte: number): Random {
  return { fill: (into) => into.fill(byte) };
}

/** RFC 9562, appendix A.6: 2022-02-22T19:22:22Z. */
const AT_MS = 0x017f_22e2_79b0;

test('the time comes first, then version and variant, and the rest is random', () => {
  assert.equal(uuidV7(AT_MS, all(0)), '017f22e2-79b0-7000-8000-000000000000');
  assert.equal(uuidV7(AT_MS, all(0xff)), '017f22e2-79b0-7fff-bfff-ffffffffffff');
  assert.equal(uuidV7(AT_MS, all(0xa5)), '017f22e2-79b0-75a5-a5a5-a5a5a5a5a5a5');
});

test('writes each byte of the time to its position', () => {
  const bytes = [0x01, 0x23, 0x45, 0x67, 0x89, 0xab];
  const ms = bytes.reduce((sum, byte) => sum * 256 + byte, 0);
  assert.equal(uuidV7(ms, all(0)).slice(0, 13), '01234567-89ab');
  assert.equal(uuidV7(ms + 0.9, all(0)).slice(0, 13), '01234567-89ab');
});

test('a time before the epoch is the epoch', () => {
  assert.equal(uuidV7(-1, all(0)), '00000000-0000-7000-8000-000000000000');
  assert.equal(uuidV7(0, all(0)), '00000000-0000-7000-8000-000000000000');
  assert.equal(uuidV7(1, all(0)), '00000000-0001-7000-8000-000000000000');
});
