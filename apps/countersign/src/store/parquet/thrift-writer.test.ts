import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ThriftWriter } from './thrift-writer.ts';

test('writes numbers as zigzag varints after a header of field delta and type', () => {
  const bytes = new ThriftWriter().i32(1, 0).i32(2, -1).i64(5, 300).bool(6, true).end();
  assert.deepEqual([...bytes], [0x15, 0x00, 0x15, 0x01, 0x36, 0xd8, 0x04, 0x11, 0x00]);
});

test('nests structs, texts and lists', () => {
  const bytes = new ThriftWriter()
    .binary(4, 'ab')
    .struct(5, (inner) => inner.i32(1, 1))
    .i32List(6, [1, 2])
    .structList(7, ['x'], (item, text) => item.binary(1, text))
    .end();
  assert.deepEqual(
    [...bytes],
    [0x48, 2, 97, 98, 0x1c, 0x15, 2, 0, 0x19, 0x25, 2, 4, 0x19, 0x1c, 0x18, 1, 120, 0, 0],
  );
});

test('writes the length of a long list after its type', () => {
  const bytes = new ThriftWriter().i32List(1, new Array<number>(20).fill(0)).end();
  assert.deepEqual([...bytes.subarray(0, 3)], [0x19, 0xf5, 20]);
});

test('keeps every digit of numbers beyond 32 bits', () => {
  const value = Number.MAX_SAFE_INTEGER;
  const bytes = new ThriftWriter().i64(1, value).end();
  let read = 0n;
  for (const [i, byte] of [...bytes.subarray(1, -1)].entries()) {
    read |= BigInt(byte & 0x7f) << BigInt(7 * i);
  }
  assert.equal(read / 2n, BigInt(value));
});
