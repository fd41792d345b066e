import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  decodeUtf8,
  formatBase64,
  isByteEqual,
  parseBase64,
  parseDecimal,
  parseHashBase64,
  quoted,
} from './canonical-encoding.ts';

const runs = { numRuns: process.env.COUNTERSIGN_LONG === '1' ? 10_000 : 300 };

test('accepts exactly one spelling of every decimal', () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), (value) => assert.equal(parseDecimal(String(value)), value)),
    runs,
  );
  for (const text of [
    '',
    '00',
    '01',
    '+1',
    '-1',
    '1.0',
    '1e1',
    '0x1',
    ' 1',
    '1\n',
    '9007199254740992',
  ]) {
    assert.equal(parseDecimal(text), undefined, JSON.stringify(text));
  }
});

test('accepts only canonical base64', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      assert.ok(isByteEqual(parseBase64(formatBase64(bytes)) ?? Buffer.alloc(99), bytes));
    }),
    runs,
  );
  fc.assert(
    fc.property(fc.string({ maxLength: 12 }), (text) => {
      const bytes = parseBase64(text);
      assert.ok(bytes === undefined || formatBase64(bytes) === text);
    }),
    runs,
  );
  for (const text of ['QQ', 'QQ=', 'QR==', 'Q===', 'QQ==\n', 'Q Q=', '-_==', 'QQ==QQ==']) {
    assert.equal(parseBase64(text), undefined, JSON.stringify(text));
  }
  assert.equal(parseHashBase64(formatBase64(Buffer.alloc(31))), undefined);
  assert.equal(parseHashBase64(formatBase64(Buffer.alloc(33))), undefined);
  assert.equal(parseHashBase64(formatBase64(Buffer.alloc(32)))?.length, 32);
});

test('keeps a byte order mark, and refuses what is not UTF-8', () => {
  assert.equal(decodeUtf8(Buffer.from('\ufeffa')), '\ufeffa');
  for (const hex of ['ff', 'c080', 'eda080', 'f4908080', 'e282']) {
    assert.equal(decodeUtf8(Buffer.from(hex, 'hex')), undefined, hex);
  }
});

test('quotes hostile text without terminal control characters', () => {
  assert.equal(quoted('a\u001b[31m\u009b"'), '"a\\u001b[31m \\""');
  assert.ok(quoted('x'.repeat(1000)).length < 130);
});
