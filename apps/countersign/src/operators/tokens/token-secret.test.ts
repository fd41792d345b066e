import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemRandom } from '@countersign/core';
import fc from 'fast-check';
import { createTokenSecret, hashOfSecret, isSameHash, isTokenSecret } from './token-secret.ts';

const seeded = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) =>
  createTokenSecret({
    fill: (into) => {
      into.set(bytes);
      return into;
    },
  }),
);

test('every created token has the form of a token', () => {
  fc.assert(fc.property(seeded, (secret) => isTokenSecret(secret)));
});

test('a token with one changed character is no token', () => {
  fc.assert(
    fc.property(seeded, fc.nat(53), fc.constantFrom('A', 'b', '0', '-', ' '), (secret, at, put) => {
      fc.pre(secret[at] !== put);
      const changed = secret.slice(0, at) + put + secret.slice(at + 1);
      return !isTokenSecret(changed);
    }),
  );
});

test('no other text is a token, and none makes the parser fail', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => !isTokenSecret(text)));
  fc.assert(fc.property(fc.string(), (text) => !isTokenSecret(`cs_${text}`)));
});

test('two tokens are never the same', () => {
  const secrets = Array.from({ length: 100 }, () => createTokenSecret(systemRandom));
  assert.equal(new Set(secrets).size, 100);
});

test('hashes are the same only if their tokens are', () => {
  const [one, other] = [createTokenSecret(systemRandom), createTokenSecret(systemRandom)];
  assert.ok(isSameHash(hashOfSecret(one), hashOfSecret(one)));
  assert.ok(!isSameHash(hashOfSecret(one), hashOfSecret(other)));
  assert.ok(!isSameHash('', ''));
  assert.ok(!isSameHash(hashOfSecret(one), ''));
});
