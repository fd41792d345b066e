import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock } from '@countersign/core';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import type { EndpointReply } from '../http/http-exchange.ts';
import { EntraKeys } from './entra-keys.ts';
import { TokenIssuance } from './token-issuance.ts';

const AUTHORITY = 'https://login.example.com';
const TENANT = '3f2b8c1e-7a54-4d0b-9c36-1e5d8a7b6c21';
const OTHER = '99999999-7a54-4d0b-9c36-1e5d8a7b6c21';
const API = '6e0c1d2b-3a4f-4958-8677-95a4b3c2d1e0';
const EVENTS_SERVICE = '99045fe1-7639-4a75-9d4a-577b6ca3810f';
const ADA = '11111111-7a54-4d0b-9c36-1e5d8a7b6c21';
const NOW_MS = Date.UTC(2026, 0, 5, 9);
const NOW_S = NOW_MS / 1000;

const { privateKey, publicKey } = await generateKeyPair('RS256');
const jwk = { ...(await exportJWK(publicKey)), kid: 'entra-1' };

const clock = new ManualClock(NOW_MS);
const passes = {
  latest: (tenant: string, names: readonly string[]) =>
    tenant === TENANT && names.includes(ADA) ? 'pass-17' : undefined,
};
const read = async (url: string): Promise<unknown> =>
  url.endsWith('/keys') ? { keys: [jwk] } : { jwks_uri: `${AUTHORITY}/keys` };
const keys = new EntraKeys({ authority: AUTHORITY, read, clock });
const tenants = new Set([TENANT]);
const issuance = new TokenIssuance({
  ...{ authority: AUTHORITY, keys, appId: API, tenants, passes, clock },
});

type Claims = { readonly [claim in keyof JWTPayload]?: JWTPayload[claim] | undefined };

function sign(claims: Claims = {}, alg = 'RS256', key = privateKey): Promise<string> {
  const usual = { iss: `${AUTHORITY}/${TENANT}/v2.0`, aud: API, azp: EVENTS_SERVICE };
  return new SignJWT({ ...usual, iat: NOW_S, exp: NOW_S + 300, ...claims } as JWTPayload)
    .setProtectedHeader({ alg, kid: 'entra-1' })
    .sign(key);
}

function event(user: object | undefined = { id: ADA }, tenantId: string = TENANT): object {
  return {
    type: 'microsoft.graph.authenticationEvent.tokenIssuanceStart',
    data: { tenantId, authenticationContext: { correlationId: 'x', user } },
  };
}

function ask(body: unknown, token: string, type = 'application/json'): Promise<EndpointReply> {
  const headers: Readonly<Record<string, string>> = {
    'content-type': type,
    authorization: `Bearer ${token}`,
  };
  return issuance.answer({
    ...{ method: 'POST', path: '/eam/token-issuance', query: new URLSearchParams() },
    header: (name) => headers[name],
    body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
    signal: new AbortController().signal,
  });
}

function claimsOf({ status, body }: EndpointReply): unknown {
  assert.equal(status, 200, body);
  const { data } = JSON.parse(body) as { data: { actions: { claims: unknown }[] } };
  assert.equal(data.actions.length, 1);
  return data.actions[0]?.claims;
}

test("adds the person's pass to the token", async () => {
  const reply = await ask(event(), await sign());
  assert.deepEqual(claimsOf(reply), { countersign_pass: 'pass-17' });
  const { data } = JSON.parse(reply.body) as { data: Record<string, unknown> };
  assert.equal(data['@odata.type'], 'microsoft.graph.onTokenIssuanceStartResponseData');
  const upper = event({ id: ADA.toUpperCase() }, TENANT.toUpperCase());
  assert.deepEqual(claimsOf(await ask(upper, await sign())), { countersign_pass: 'pass-17' });
  const older = await sign({ azp: undefined, appid: EVENTS_SERVICE });
  assert.deepEqual(claimsOf(await ask(event(), older)), { countersign_pass: 'pass-17' });
});

test('adds nothing for a person without a pass', async () => {
  assert.deepEqual(claimsOf(await ask(event({ id: OTHER }), await sign())), {});
  assert.deepEqual(claimsOf(await ask(event({}), await sign())), {});
});

test('reveals passes only to Entra', async () => {
  const own = await generateKeyPair('RS256');
  const tokens = [
    await sign({}, 'RS256', own.privateKey),
    await sign({ aud: OTHER }),
    await sign({ iss: `${AUTHORITY}/${OTHER}/v2.0` }),
    await sign({ azp: OTHER }),
    await sign({ azp: undefined }),
    await sign({ azp: EVENTS_SERVICE, appid: OTHER }),
    await sign({ exp: NOW_S - 61 }),
    await sign({ exp: undefined }),
    await sign({ nbf: NOW_S + 61 }),
    await sign({}, 'RS512').catch(() => 'none'),
    `${Buffer.from('{"alg":"none"}').toString('base64url')}.e30.`,
    'garbage',
  ];
  for (const token of tokens) {
    const { status, body } = await ask(event(), token);
    assert.equal(status, 401, token);
    assert.doesNotMatch(body, /pass-17/);
  }
  const other = await sign({ iss: `${AUTHORITY}/${OTHER}/v2.0` });
  assert.equal((await ask(event({ id: ADA }, OTHER), other)).status, 401, 'an unknown tenant');
});

test('refuses an invalid event before it looks at a token', async () => {
  const token = await sign();
  for (const body of [
    ...['', '{', '[]', '{"type":"x"}', '{"type":"x","type":"y"}'],
    event(undefined, 17 as never),
    { ...event(), type: 'microsoft.graph.authenticationEvent.attributeCollectionStart' },
    { ...event(), data: null },
    { type: 'microsoft.graph.authenticationEvent.tokenIssuanceStart', data: { tenantId: TENANT } },
  ]) {
    assert.equal((await ask(body, token)).status, 400, JSON.stringify(body));
  }
  assert.equal((await ask(event(), token, 'text/plain')).status, 400);
});
