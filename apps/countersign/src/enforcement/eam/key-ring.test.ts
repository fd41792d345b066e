import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import { KeyRing } from './key-ring.ts';
import { KEY_AGE_MAX_MS, PUBLISHED_BEFORE_MS, SHOWN_AFTER_MS } from './limits.ts';

const START_MS = Date.UTC(2026, 0, 5, 9);
const DUE_MS = START_MS + KEY_AGE_MAX_MS + 1;

test('the first key signs at once, and its signatures verify', async () => {
  const ring = await KeyRing.begin(START_MS);
  const token = await ring.sign({ sub: 'ada' }, START_MS);
  const { payload } = await jwtVerify(token, createLocalJWKSet(await ring.jwks()));
  assert.equal(payload.sub, 'ada');
  const [{ x5c = [], n, kid } = assert.fail()] = (await ring.jwks()).keys;
  const certificate = new X509Certificate(Buffer.from(x5c[0] ?? '', 'base64'));
  assert.equal(certificate.publicKey.export({ format: 'jwk' }).n, n);
  assert.ok(certificate.verify(certificate.publicKey));
  assert.equal(decodeProtectedHeader(token).kid, kid);
});

test("a new key is published for Entra's cache time before it signs", async () => {
  const first = await KeyRing.begin(START_MS);
  assert.equal(await first.rolled(DUE_MS - 1), undefined);
  const rolled = (await first.rolled(DUE_MS)) ?? assert.fail('a key is due');
  const [old, made] = rolled.keys;
  assert.equal((await rolled.jwks()).keys.length, 2);
  assert.equal(rolled.signing(DUE_MS), old);
  assert.equal(rolled.signing(DUE_MS + PUBLISHED_BEFORE_MS - 1), old);
  assert.equal(rolled.signing(DUE_MS + PUBLISHED_BEFORE_MS), made);
  assert.equal(await rolled.rolled(DUE_MS + PUBLISHED_BEFORE_MS), undefined, 'both are shown');
  const goneMs = DUE_MS + PUBLISHED_BEFORE_MS + SHOWN_AFTER_MS;
  assert.equal(await rolled.rolled(goneMs - 1), undefined);
  assert.deepEqual((await rolled.rolled(goneMs))?.keys, [made]);
});

test('with a slow clock, the key that Entra knows still signs', async () => {
  const first = await KeyRing.begin(START_MS);
  const rolled = (await first.rolled(DUE_MS)) ?? assert.fail('a key is due');
  assert.equal(rolled.signing(0), first.keys[0]);
  // A fast clock has created a key. It signs when its time comes.
  assert.equal(rolled.signing(START_MS), first.keys[0]);
});

test('parses its own file, and nothing else', async () => {
  const ring = await KeyRing.begin(START_MS);
  const again = KeyRing.parse(ring.text, 'keys.json');
  assert.deepEqual(again.keys, ring.keys);
  const other = await KeyRing.begin(START_MS);
  const mixed = { ...ring.keys[0], certificate: other.keys[0]?.certificate };
  for (const text of [
    ...['', '{}', '[]', 'no JSON', '{"v":1,"keys":[]}', '{"v":2}'],
    JSON.stringify({ v: 1, keys: [mixed] }),
    JSON.stringify({ v: 1, keys: [{ ...ring.keys[0], key: 'x' }] }),
  ]) {
    assert.throws(() => KeyRing.parse(text, 'keys.json'), /could not use the keys in keys.json/);
  }
});
