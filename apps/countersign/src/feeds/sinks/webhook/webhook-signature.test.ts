import assert from 'node:assert/strict';
import { createPublicKey, verify } from 'node:crypto';
import { test } from 'node:test';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import { Webhook as SvixWebhook } from 'svix';
import { parseWebhookKey, signWebhook } from './webhook-signature.ts';

/** Contracts 3.1: the key has the bytes 00 to 1f; the seed is 32 times 07. */
const SECRET = 'whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=';
const PRIVATE_KEY = `whsk_${Buffer.alloc(32, 7).toString('base64')}`;
const PUBLIC_KEY = '6kpsY+KcUgq+9VB7Ey7F+ZVHdq6+vnuSQh7qaRRG0iw=';
const MESSAGE = {
  id: 'msg_00000000000000000000000001',
  timestamp: 1_767_225_600,
  body: '{"type":"finding.created","timestamp":"2026-01-01T00:00:00Z","data":{"id":"f-1"}}',
};
const SIGNED = { ...MESSAGE, body: Buffer.from(MESSAGE.body) };

test('signs the published vectors of v1 and v1a', () => {
  const signature = signWebhook([SECRET, PRIVATE_KEY].map(parseWebhookKey), SIGNED);
  assert.equal(
    signature,
    'v1,Bpv/pH6Bw3z385GFRPnt/EKNDx4n7cs5gWu0AxWTG2Q= ' +
      'v1a,p4FfD4b5OxR1XYBFb6cnSGDYR7D4BLxSjYdxvKfjM2NSScUXwwbQfCu' +
      '/Ylv/wg59sg1K9i5rW5r6IN0SaMLrBA==',
  );
});

test('a v1a signature verifies with the public key alone', () => {
  const spki = Buffer.concat([
    Buffer.from('302a300506032b6570032100', 'hex'),
    Buffer.from(PUBLIC_KEY, 'base64'),
  ]);
  const key = createPublicKey({ key: spki, format: 'der', type: 'spki' });
  const [, encoded = ''] = signWebhook([parseWebhookKey(PRIVATE_KEY)], SIGNED).split(',');
  const signed = Buffer.from(`${MESSAGE.id}.${MESSAGE.timestamp}.${MESSAGE.body}`);
  assert.ok(verify(null, signed, key, Buffer.from(encoded, 'base64')));
});

test('a key with the public key behind the seed is the same key', () => {
  const both = Buffer.concat([Buffer.alloc(32, 7), Buffer.from(PUBLIC_KEY, 'base64')]);
  const keys = [parseWebhookKey(`whsk_${both.toString('base64')}`)];
  assert.equal(signWebhook(keys, SIGNED), signWebhook([parseWebhookKey(PRIVATE_KEY)], SIGNED));
});

test('during a rotation, receivers with the old and with the new key accept a request', () => {
  const fresh = `whsec_${Buffer.alloc(24, 9).toString('base64')}`;
  const keys = [SECRET, PRIVATE_KEY, fresh].map(parseWebhookKey);
  const timestamp = Math.floor(performance.timeOrigin / 1000 + performance.now() / 1000);
  const signature = signWebhook(keys, { ...SIGNED, timestamp });
  const headers = {
    'webhook-id': MESSAGE.id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': signature,
  };
  for (const secret of [SECRET, fresh]) {
    assert.ok(new StandardWebhook(secret).verify(MESSAGE.body, headers));
    new SvixWebhook(secret).verify(MESSAGE.body, headers);
  }
  const other = `whsec_${Buffer.alloc(24, 8).toString('base64')}`;
  assert.throws(() => new StandardWebhook(other).verify(MESSAGE.body, headers));
  assert.throws(() => new SvixWebhook(other).verify(MESSAGE.body, headers));
  assert.throws(() => new StandardWebhook(SECRET).verify(`${MESSAGE.body} `, headers));
});

for (const [what, secret] of [
  ['no prefix', 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8='],
  ['too few bytes', `whsec_${Buffer.alloc(23).toString('base64')}`],
  ['too many bytes', `whsec_${Buffer.alloc(65).toString('base64')}`],
  ['no base64', 'whsec_hush hush'],
  ['a seed of the wrong size', `whsk_${Buffer.alloc(31).toString('base64')}`],
  ['a public key', `whpk_${PUBLIC_KEY}`],
] as const) {
  test(`refuses a secret with ${what}, and does not repeat it`, () => {
    assert.throws(
      () => parseWebhookKey(secret),
      (error: Error) => !error.message.includes(secret.slice(8)) && /secret/.test(error.message),
    );
  });
}
