import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock } from '@countersign/core';
import { exportJWK, generateKeyPair, type JWK } from 'jose';
import { EntraKeys } from './entra-keys.ts';
import {
  AUTHORITY_FIRST_REFRESH_MS,
  AUTHORITY_KEYS_MAX_MS,
  AUTHORITY_KEYS_MS,
  AUTHORITY_REFRESH_MS,
} from './limits.ts';

const AUTHORITY = 'https://login.example.com';

async function publicKey(kid: string): Promise<JWK> {
  const { publicKey: key } = await generateKeyPair('RS256', { extractable: true });
  return { ...(await exportJWK(key)), kid, use: 'sig' };
}

function authority(keys: readonly unknown[], uri = `${AUTHORITY}/keys`) {
  const clock = new ManualClock(Date.UTC(2026, 0, 5));
  const state = { keys, uri, reads: 0, away: false };
  const read = async (url: string): Promise<unknown> => {
    state.reads += 1;
    if (state.away) throw new Error('connection refused');
    if (url === state.uri) return { keys: state.keys };
    assert.equal(url, `${AUTHORITY}/common/v2.0/.well-known/openid-configuration`);
    return { jwks_uri: state.uri };
  };
  return { clock, state, known: new EntraKeys({ authority: AUTHORITY, read, clock }) };
}

test('reads keys once, and again for an unknown key id', async () => {
  const [first, second] = [await publicKey('1'), await publicKey('2')];
  const { clock, state, known } = authority([first]);
  assert.ok(await known.find('1'));
  assert.ok(await known.find('1'));
  assert.equal(state.reads, 2, 'the metadata and the keys');
  // Nor later, for a known key.
  clock.advance(AUTHORITY_REFRESH_MS);
  assert.ok(await known.find('1'));
  assert.ok(await known.find(undefined));
  assert.equal(state.reads, 2);
  state.keys = [first, second];
  await known.find('1');
  assert.ok(await known.find('2'));
  assert.equal(state.reads, 4);
  // Not for each hint with an invented key id.
  await known.find('made up');
  clock.advance(AUTHORITY_REFRESH_MS - 1);
  await known.find('made up');
  assert.equal(state.reads, 4);
  clock.advance(1);
  await Promise.all([known.find('made up'), known.find('2'), known.find('made up')]);
  assert.equal(state.reads, 6);
});

test('uses cached keys while Entra is unreachable, for a limited time', async () => {
  const { clock, state, known } = authority([await publicKey('1')]);
  await known.find('1');
  state.away = true;
  clock.advance(AUTHORITY_KEYS_MS);
  assert.ok(await known.find('1'));
  assert.equal(state.reads, 3, 'it asked');
  clock.advance(AUTHORITY_KEYS_MAX_MS - AUTHORITY_KEYS_MS);
  assert.ok(await known.find('1'));
  clock.advance(1);
  assert.equal(await known.find('1'), undefined);
  state.away = false;
  clock.advance(AUTHORITY_REFRESH_MS);
  assert.ok(await known.find('1'));
});

test('retries almost at once while it has no keys at all', async () => {
  const { clock, state, known } = authority([await publicKey('1')]);
  state.away = true;
  assert.equal(await known.find('1'), undefined);
  state.away = false;
  clock.advance(AUTHORITY_FIRST_REFRESH_MS - 1);
  assert.equal(await known.find('1'), undefined);
  clock.advance(1);
  assert.ok(await known.find('1'));
});

test('accepts only verification keys, and only from the authority', async () => {
  const key = await publicKey('1');
  const elsewhere = authority([key], 'https://elsewhere.example/keys');
  assert.equal(await elsewhere.known.find('1'), undefined);
  const odd = [{ kty: 'oct', k: 'AAAA' }, { ...key, use: 'enc' }, null, { kty: 'RSA' }];
  for (const keys of [odd, []]) {
    assert.equal(await authority(keys).known.find('1'), undefined);
  }
  assert.ok(await authority([...odd, key]).known.find('1'));
});
