import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { verifierOf } from './signature-types.ts';
import { isKeyName, parseVkey, verifierKey } from './verifier-key.ts';

const runs = { numRuns: process.env.COUNTERSIGN_LONG === '1' ? 5000 : 200 };
const VKEY = 'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k';

test('reads the verifier key of the signed-note specification and writes it back', () => {
  const key = parseVkey(VKEY);
  assert.equal(key.name, 'example.com/foo');
  assert.equal(key.keyId, '530d903a');
  assert.equal(key.type, 1);
  assert.equal(key.publicKey.length, 32);
  assert.deepEqual(verifierKey(key.name, key.type, key.publicKey), key);
});

test('reads back every key that it writes', () => {
  const names = fc.string({ unit: 'binary', minLength: 1, maxLength: 30 }).filter(isKeyName);
  const bytes = fc.uint8Array({ minLength: 32, maxLength: 32 });
  fc.assert(
    fc.property(names, fc.nat({ max: 255 }), bytes, (name, type, publicKey) => {
      const key = verifierKey(name, type, publicKey);
      const read = parseVkey(key.vkey);
      assert.deepEqual(
        { ...read, publicKey: [...read.publicKey] },
        {
          ...key,
          publicKey: [...publicKey],
        },
      );
    }),
    runs,
  );
});

test('derives the key id of an ECDSA key from the key alone', () => {
  const spki = Buffer.from('any subject public key info');
  assert.equal(verifierKey('a', 2, spki).keyId, verifierKey('b', 2, spki).keyId);
  assert.notEqual(verifierKey('a', 1, spki).keyId, verifierKey('b', 1, spki).keyId);
});

test('refuses names that a note cannot carry', () => {
  for (const name of [
    '',
    'a b',
    'a+b',
    'a\u00a0b',
    'a\u2003b',
    'a\nb',
    'a\u0000',
    'a\u0085',
    '\ud800',
  ]) {
    assert.equal(isKeyName(name), false, JSON.stringify(name));
    assert.throws(() => verifierKey(name, 1, Buffer.alloc(32)), { code: 'MALFORMED_KEY' });
  }
});

test('refuses a key with any change', () => {
  const refused = [
    '',
    '+',
    '++',
    'example.com/foo',
    'example.com/foo+530d903a',
    VKEY.replace('530d903a', '530D903A'),
    VKEY.replace('530d903a', '530d903b'),
    VKEY.replace('foo', 'fop'),
    `${VKEY} `,
    `${VKEY}=`,
    VKEY.slice(0, -1),
    VKEY.replace('Aeky', 'AekY'),
    'example.com/foo+530d903a+AQ==',
    VKEY.replace('example', 'exa mple'),
  ];
  for (const text of refused) {
    assert.throws(() => parseVkey(text), { code: 'MALFORMED_KEY' }, text);
  }
  const short = verifierKey('a', 1, Buffer.alloc(31)).vkey;
  assert.throws(() => parseVkey(short), { code: 'MALFORMED_KEY' });
});

test('reports an unsupported key type unless a verifier for it is given', () => {
  const { vkey } = verifierKey('example.com/future', 0x06, Buffer.alloc(1312));
  assert.throws(() => verifierOf(vkey), { code: 'UNSUPPORTED_KEY' });
  const verifier = verifierOf(vkey, new Map([[6, (key) => ({ key, verify: () => true })]]));
  assert.equal(verifier.key.vkey, vkey);
});
