import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { before, describe, test } from 'node:test';
import { ManualClock } from '@countersign/core';
import {
  type CryptoKey,
  exportJWK,
  exportSPKI,
  generateKeyPair,
  type JWTPayload,
  SignJWT,
} from 'jose';
import { TOKEN_CHARACTERS_MAX, TokenVerifier } from './token-verifier.ts';

const NOW_MS = Date.UTC(2026, 0, 5, 9);
const NOW_S = NOW_MS / 1000;
const CLAIMS: JWTPayload = {
  iss: 'https://idp.example.com',
  aud: 'wiki',
  sub: 'ada',
  exp: NOW_S + 600,
};

describe('a token', () => {
  const clock = new ManualClock(NOW_MS);
  let identities: TokenVerifier;
  let key: CryptoKey;
  let spki: string;
  before(async () => {
    const pair = await generateKeyPair('RS256', { extractable: true });
    key = pair.privateKey;
    spki = await exportSPKI(pair.publicKey);
    const keys = { keys: [await exportJWK(pair.publicKey)] };
    const of = { issuer: 'https://idp.example.com', audience: 'wiki', claim: 'sub' };
    identities = new TokenVerifier({ ...of, keys, clock });
  });

  const signed = (claims: JWTPayload, by: CryptoKey = key): Promise<string> =>
    new SignJWT(claims).setProtectedHeader({ alg: 'RS256' }).sign(by);

  test('that verifies states the identity and the proven factor', async () => {
    const who = await identities.of(
      await signed({ ...CLAIMS, amr: ['pwd', 'mfa'], deviceid: 'd1', countersign_pass: 'p1' }),
    );
    assert.deepEqual(who, { id: 'ada', factor: 'multi', device: 'd1', pass: 'p1' });
    const factorOf = async (amr: unknown) =>
      (await identities.of(await signed({ ...CLAIMS, amr })))?.factor;
    assert.equal(await factorOf(['mfa', 'fido']), 'phishing-resistant');
    assert.equal(await factorOf(['pwd']), 'single');
    // A missing claim means unknown, not "none".
    for (const amr of [undefined, [], 'mfa', 7]) assert.equal(await factorOf(amr), undefined);
  });

  test('ignores an invalid device or pass id', async () => {
    for (const value of ['', 7, ['d1'], { id: 'd1' }]) {
      const claims = { ...CLAIMS, deviceid: value, countersign_pass: value };
      const who = await identities.of(await signed(claims));
      assert.deepEqual([who?.id, who?.device, who?.pass], ['ada', undefined, undefined]);
    }
  });

  test('is valid for a minute after its end, because clocks differ', async () => {
    assert.notEqual(await identities.of(await signed({ ...CLAIMS, exp: NOW_S - 59 })), undefined);
    assert.equal(await identities.of(await signed({ ...CLAIMS, exp: NOW_S - 60 })), undefined);
    assert.notEqual(await identities.of(await signed({ ...CLAIMS, nbf: NOW_S + 60 })), undefined);
    assert.equal(await identities.of(await signed({ ...CLAIMS, nbf: NOW_S + 61 })), undefined);
  });

  test('that is far too long is invalid, even with a valid signature', async () => {
    const padded = (count: number): Promise<string> =>
      signed({ ...CLAIMS, pad: 'x'.repeat(count) });
    const fits = await padded(TOKEN_CHARACTERS_MAX / 2);
    assert.ok(fits.length < TOKEN_CHARACTERS_MAX);
    assert.notEqual(await identities.of(fits), undefined);
    assert.equal(await identities.of(await padded(TOKEN_CHARACTERS_MAX)), undefined);
  });

  const wrong: readonly (readonly [string, JWTPayload])[] = [
    ['of another issuer', { ...CLAIMS, iss: 'https://evil.example.com' }],
    ['for another audience', { ...CLAIMS, aud: 'payroll' }],
    ['that has expired', { ...CLAIMS, exp: NOW_S - 120 }],
    ['that is not valid yet', { ...CLAIMS, nbf: NOW_S + 3600 }],
    ['with an empty subject', { ...CLAIMS, sub: '' }],
  ];
  for (const [name, claims] of wrong) {
    test(`${name} is invalid`, async () => {
      assert.equal(await identities.of(await signed(claims)), undefined);
    });
  }

  test('without an expiry, a name or a signature is invalid', async () => {
    const { exp: _, ...endless } = CLAIMS;
    const { sub: __, ...nameless } = CLAIMS;
    assert.equal(await identities.of(await signed(endless)), undefined);
    assert.equal(await identities.of(await signed(nameless)), undefined);
    const [, payload] = (await signed(CLAIMS)).split('.');
    const none = Buffer.from('{"alg":"none"}').toString('base64url');
    for (const token of [
      `${none}.${payload}.`,
      `${none}.${payload}`,
      '',
      'a.b.c',
      'x'.repeat(2e4),
    ]) {
      assert.equal(await identities.of(token), undefined);
    }
  });

  test('with a foreign signature, or the public key as a secret, is invalid', async () => {
    const other = await generateKeyPair('RS256');
    assert.equal(await identities.of(await signed(CLAIMS, other.privateKey)), undefined);
    const encode = (value: object): string =>
      Buffer.from(JSON.stringify(value)).toString('base64url');
    const head = `${encode({ alg: 'HS256' })}.${encode(CLAIMS)}`;
    const mac = createHmac('sha256', spki).update(head).digest('base64url');
    assert.equal(await identities.of(`${head}.${mac}`), undefined);
  });

  test('follows the clock, and expires when it jumps', async () => {
    const token = await signed(CLAIMS);
    assert.notEqual(await identities.of(token), undefined);
    clock.step(3_600_000);
    assert.equal(await identities.of(token), undefined);
    clock.step(-3_600_000);
  });
});
