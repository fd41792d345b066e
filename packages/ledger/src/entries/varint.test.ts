import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { runs } from '../../../../tools/property.ts';
import { VARINT_BYTES_MAX, VarintReader, writeVarint } from './varint.ts';

test('numbers up to 2^53 - 1 read back, one after the other', () => {
  fc.assert(
    fc.property(fc.array(fc.maxSafeNat()), (numbers) => {
      const bytes = new Uint8Array(numbers.length * VARINT_BYTES_MAX);
      let end = 0;
      for (const number of numbers) end = writeVarint(number, bytes, end);
      const reader = new VarintReader(bytes.subarray(0, end));
      for (const number of numbers) assert.equal(reader.next(), number);
      assert.equal(reader.next(), undefined);
    }),
    runs(200),
  );
});

test('a number that is truncated, padded or too large is refused', () => {
  for (const bytes of [
    [0x80],
    [0x80, 0x00],
    Array<number>(7).fill(0xff).concat(0x7f),
    Array<number>(9).fill(0xff),
  ]) {
    assert.equal(new VarintReader(Uint8Array.from(bytes)).next(), undefined);
  }
});
