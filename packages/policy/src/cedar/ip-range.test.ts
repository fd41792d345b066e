import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { runs } from '../../../../tools/property.ts';
import { type Address, isInRange, parseAddress } from './ip-range.ts';

function address(text: string): Address {
  const parsed = parseAddress(text);
  assert.ok(parsed !== undefined, text);
  return parsed;
}

function within(inner: string, outer: string): boolean {
  return isInRange(address(inner), address(outer));
}

describe('an address', () => {
  test('is parsed to bits and a prefix', () => {
    assert.deepEqual(address('192.0.2.7'), { family: 4, bits: 0xc0_00_02_07n, prefix: 32 });
    assert.deepEqual(address('192.0.2.0/24'), { family: 4, bits: 0xc0_00_02_00n, prefix: 24 });
    assert.deepEqual(address('0.0.0.0/0'), { family: 4, bits: 0n, prefix: 0 });
    const bits = 0x2001_0db8_0000_0000_0000_0000_0000_0001n;
    assert.deepEqual(address('2001:db8::1'), { family: 6, bits, prefix: 128 });
    assert.deepEqual(address('2001:db8:0:0:0:0:0:1/64'), { family: 6, bits, prefix: 64 });
    assert.equal(address('::').bits, 0n);
    assert.equal(address('::1').bits, 1n);
    assert.equal(address('1::').bits, 1n << 112n);
    assert.equal(address('1:2:3:4:5:6:7:8').bits, 0x0001_0002_0003_0004_0005_0006_0007_0008n);
  });

  for (const text of [
    ...['', 'here', '192.0.2', '192.0.2.256', '192.0.2.7/33', '192.0.2.7/', '192.0.2.7/08'],
    ...['192.0.2.7/8/8', '192.0.2.7/-1', '192.0.2.7/1e1', '192.0.2.7/1000', '2001:db8::/129'],
    ...['fe80::1%eth0', '::ffff:192.0.2.7', '2001:db8:::1', ' 192.0.2.7'],
  ]) {
    test(`refuses "${text}"`, () => {
      assert.equal(parseAddress(text), undefined);
    });
  }

  test('is in the ranges of its family that share their high bits', () => {
    assert.ok(within('192.0.2.255', '192.0.2.0/24'));
    assert.ok(!within('192.0.3.0', '192.0.2.0/24'));
    assert.ok(within('192.0.2.128/25', '192.0.2.0/24'));
    assert.ok(within('192.0.2.0/24', '192.0.2.0/24'));
    assert.ok(!within('192.0.2.0/23', '192.0.2.0/24'));
    assert.ok(within('203.0.113.9', '0.0.0.0/0'));
    assert.ok(!within('::1', '0.0.0.0/0'));
    assert.ok(within('2001:db8:ffff::1', '2001:db8::/32'));
    assert.ok(!within('2001:db9::', '2001:db8::/32'));
  });

  test('reads back any four bytes', () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.integer({ min: 0, max: 32 }), (text, prefix) => {
        const { bits } = address(`${text}/${prefix}`);
        const bytes = [24n, 16n, 8n, 0n].map((shift) => (bits >> shift) & 255n);
        assert.equal(bytes.join('.'), text);
        assert.ok(within(text, `${text}/${prefix}`));
      }),
      runs(200),
    );
  });
});
