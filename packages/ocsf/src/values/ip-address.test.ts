import assert from 'node:assert/strict';
import { isIP } from 'node:net';
import { test } from 'node:test';
import fc from 'fast-check';
import { runs } from '../../../../tools/property.ts';
import { canonicalIp, portOf } from './ip-address.ts';
import { createMemo } from './memo.ts';

for (const [written, ip] of [
  ['80.114.221.214', '80.114.221.214'],
  ['80.114.221.214:52378', '80.114.221.214'],
  [' 80.114.221.214 ', '80.114.221.214'],
  ['2A09:BAC5:0111:0105:0000:0000:001A:0089', '2a09:bac5:111:105::1a:89'],
  ['[2a09:bac5:114:105::1a:9b]:54809', '2a09:bac5:114:105::1a:9b'],
  ['[2001:db8::1]', '2001:db8::1'],
  ['fe80::1%eth0', 'fe80::1'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['[::FFFF:192.0.2.7]:443', '192.0.2.7'],
  ['::ffff:c000:207', '192.0.2.7'],
  ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
  ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
  ['64:ff9b::192.0.2.33', '64:ff9b::c000:221'],
  ['::', '::'],
  ['::1', '::1'],
  ['1::', '1::'],
  ['', null],
  ['<null>', null],
  ['1.2.3', null],
  ['1.2.3.4.5', null],
  ['999.1.1.1', null],
  ['[2001:db8::1', null],
  ['host.example.org:443', null],
] as const) {
  test(`an address written "${written}" is ${ip ?? 'none'}`, () => {
    assert.equal(canonicalIp(written, createMemo()), ip);
  });
}

test('a value that is not text is not an address', () => {
  for (const value of [null, undefined, 1, [], {}, true]) {
    assert.equal(canonicalIp(value, createMemo()), null);
  }
});

test('an IPv6 address has one canonical form for any case, zeros and brackets', () => {
  fc.assert(
    fc.property(fc.ipV6(), fc.nat(65_535), (address, port) => {
      const memo = createMemo();
      const plain = canonicalIp(address, memo);
      assert.ok(plain !== null && isIP(plain) !== 0, address);
      assert.equal(canonicalIp(`[${address.toUpperCase()}]:${port}`, memo), plain);
      assert.equal(canonicalIp(plain, memo), plain);
    }),
    runs(500, 50_000),
  );
});

for (const [written, port] of [
  ['1.2.3.4:443', 443],
  ['[2001:db8::1]:54809', 54_809],
  ['2001:db8::1', null],
  ['1.2.3.4', null],
  ['1.2.3.4:99999', null],
  ['1.2.3.4:', null],
] as const) {
  test(`the port of "${written}" is ${port ?? 'not stated'}`, () => {
    assert.equal(portOf(written), port);
  });
}
