import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { ManualClock, systemRandom, type TenantId } from '@countersign/core';
import fc from 'fast-check';
import { Authenticator, bearerOf } from './authenticator.ts';
import type { Caller } from './caller.ts';
import type { TokenDraft } from './operator-record.ts';
import { OperatorState, serviceFolder } from './operator-state.ts';
import { createTokenSecret, hashOfSecret } from './tokens/token-secret.ts';
import { ValidityClock } from './validity-clock.ts';

const root = mkdtempSync(join(tmpdir(), 'countersign-operators-'));
after(() => rmSync(root, { recursive: true, force: true }));

const START_MS = Date.UTC(2026, 10, 28);
const HOUR_MS = 3_600_000;
const EAST = '11111111-1111-1111-1111-111111111111' as TenantId;
const WEST = '22222222-2222-2222-2222-222222222222' as TenantId;

let folders = 0;

function createWorld(draft: Partial<TokenDraft> = {}) {
  const dir = join(root, String(folders++));
  const clock = new ManualClock(START_MS);
  const state = OperatorState.open(dir);
  const secret = createTokenSecret(systemRandom);
  const token: TokenDraft = {
    ...{ id: 't1', name: 'soc-export', hash: hashOfSecret(secret), scopes: ['feeds:read'] },
    ...{ tenants: null, regions: null, groups: null, expiresMs: START_MS + HOUR_MS, ...draft },
  };
  state.apply(3, { v: 1, atMs: START_MS, by: 'ada@host', what: 'token-created', token });
  const failures: unknown[] = [];
  const authenticator = new Authenticator({
    state,
    clock: new ValidityClock(clock),
    regions: new Map([['emea', [EAST, WEST]]]),
    onFailure: (error) => failures.push(error),
  });
  const ask = (authorization: string | undefined) =>
    authenticator.authenticate({
      method: 'GET',
      headers: new Headers(authorization === undefined ? {} : { authorization }),
    });
  const callerOf = (): Caller => {
    const answer = ask(`Bearer ${secret}`);
    assert.equal(answer.kind, 'caller');
    return answer.caller;
  };
  const isRefused = (): boolean => ask(`Bearer ${secret}`).kind === 'refused';
  return { dir, clock, state, secret, failures, authenticator, ask, callerOf, isRefused };
}

function revoke({ state }: { readonly state: OperatorState }): void {
  const head = { v: 1, atMs: START_MS, by: 'ada@host' } as const;
  state.apply(9, { ...head, what: 'token-revoked', id: 't1', reason: 'leaked' });
}

test('a token proves its caller, with scopes and pseudonyms', () => {
  using caller = disposable(createWorld());
  assert.deepEqual(caller.callerOf(), {
    kind: 'token',
    who: 'token soc-export',
    scopes: new Set(['feeds:read']),
    tenants: 'all',
    groups: undefined,
    people: 'pseudonyms',
    provedAtMs: undefined,
    credential: { kind: 'token', id: 't1' },
  });
});

test('the refusal of a request without a token says to send one', () => {
  using world = disposable(createWorld());
  const answer = world.ask(undefined);
  assert.equal(answer.kind, 'refused');
  assert.equal(answer.status, 401);
  assert.equal(answer.challenge, 'Bearer realm="countersign"');
});

test('unknown, revoked and expired tokens get the same answer', () => {
  using world = disposable(createWorld());
  const unknown = world.ask(`Bearer ${createTokenSecret(systemRandom)}`);
  assert.equal(unknown.kind, 'refused');
  assert.equal(unknown.challenge, 'Bearer realm="countersign", error="invalid_token"');
  world.clock.advance(HOUR_MS);
  assert.deepEqual(world.ask(`Bearer ${world.secret}`), unknown);
  using other = disposable(createWorld());
  revoke(other);
  assert.deepEqual(other.ask(`Bearer ${other.secret}`), unknown);
});

test('a revocation ends open streams, and every process sees it', () => {
  using world = disposable(createWorld());
  const caller = world.callerOf();
  assert.ok(world.authenticator.stillValid(caller));
  using elsewhere = OperatorState.open(world.dir);
  revoke({ state: elsewhere });
  assert.ok(!world.authenticator.stillValid(caller));
  assert.ok(world.isRefused());
});

test('an expiry ends open streams', () => {
  using world = disposable(createWorld());
  const caller = world.callerOf();
  world.clock.advance(HOUR_MS - 1);
  assert.ok(world.authenticator.stillValid(caller));
  world.clock.advance(1);
  assert.ok(!world.authenticator.stillValid(caller));
});

test('a wall clock that steps back does not revive a token', () => {
  using world = disposable(createWorld());
  world.clock.advance(HOUR_MS);
  world.clock.step(-2 * HOUR_MS);
  assert.ok(world.isRefused());
});

test('a wall clock that jumps ahead refuses a token until it is corrected', () => {
  using world = disposable(createWorld());
  world.clock.step(1000 * HOUR_MS);
  assert.ok(world.isRefused());
  world.clock.step(-1000 * HOUR_MS);
  assert.ok(!world.isRefused());
});

test('a region limits a token to its tenants, and an unknown region to none', () => {
  using region = disposable(createWorld({ regions: ['emea'] }));
  assert.deepEqual(region.callerOf().tenants, new Set([EAST, WEST]));
  using both = disposable(createWorld({ regions: ['emea'], tenants: [WEST] }));
  assert.deepEqual(both.callerOf().tenants, new Set([WEST]));
  using unknown = disposable(createWorld({ regions: ['apac'] }));
  assert.deepEqual(unknown.callerOf().tenants, new Set());
  using tenant = disposable(createWorld({ tenants: [EAST], groups: ['board'] }));
  assert.deepEqual(tenant.callerOf().tenants, new Set([EAST]));
  assert.deepEqual(tenant.callerOf().groups, new Set(['board']));
});

test('the last use is written at most once a minute', () => {
  using world = disposable(createWorld());
  const usedMs = () => world.state.tokens.get('t1')?.usedMs;
  assert.equal(usedMs(), null);
  world.callerOf();
  assert.equal(usedMs(), START_MS);
  world.clock.advance(59_999);
  world.callerOf();
  assert.equal(usedMs(), START_MS);
  world.clock.advance(1);
  world.callerOf();
  assert.equal(usedMs(), START_MS + 60_000);
});

test('an entry counts once, and an erased one revokes what it may have revoked', () => {
  using world = disposable(createWorld());
  world.state.apply(3, 'erased');
  assert.ok(!world.isRefused());
  world.state.apply(12, 'erased');
  assert.ok(world.isRefused());
  assert.match(world.state.tokens.get('t1')?.revoked?.reason ?? '', /^entry 12 was erased/);
});

test('only the owner may read the state', () => {
  using world = disposable(createWorld());
  const folder = serviceFolder(world.dir);
  assert.equal(statSync(folder).mode & 0o777, 0o700);
  assert.equal(statSync(join(folder, 'operators.sqlite')).mode & 0o777, 0o600);
  assert.equal(statSync(join(folder, 'operators.sqlite-wal')).mode & 0o777, 0o600);
});

test('an account of this machine stays valid, and a stranger never is', () => {
  using world = disposable(createWorld());
  const caller = world.callerOf();
  assert.ok(world.authenticator.stillValid({ ...caller, kind: 'account', credential: undefined }));
  assert.ok(!world.authenticator.stillValid({ ...caller, credential: undefined }));
  const credential = { kind: 'token', id: 'other' } as const;
  assert.ok(!world.authenticator.stillValid({ ...caller, credential }));
});

test('no header makes the authenticator fail or permits', () => {
  using world = disposable(createWorld());
  const text = fc.string({ unit: 'grapheme-ascii' });
  const header = fc.oneof(
    text,
    text.map((token) => `Bearer ${token}`),
    text.map((token) => `Bearer cs_${token}`),
    fc.nat(8000).map((length) => `Bearer ${'a'.repeat(length)}`),
  );
  fc.assert(fc.property(header, (authorization) => world.ask(authorization).kind === 'refused'));
});

test('a bearer token is read in any case of its scheme, and nothing else is one', () => {
  assert.equal(bearerOf('Bearer abc'), 'abc');
  assert.equal(bearerOf('bearer  abc=='), 'abc==');
  for (const other of ['Basic abc', 'Bearer', 'Bearer a b', 'Bearer a,b', 'abc', '']) {
    assert.equal(bearerOf(other), undefined, other);
  }
});

function disposable<World extends { readonly state: OperatorState }>(world: World) {
  return { ...world, [Symbol.dispose]: () => world.state.close() };
}
