import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tenantId } from '@countersign/core';
import type { PassOpening } from '@countersign/policy';
import { lapses, type PassEntry, passesOf } from './pass.ts';

const TENANT = tenantId('3f2b8c1e-7a54-4d0b-9c36-1e5d8a7b6c21');
const NOW_MS = Date.UTC(2026, 0, 5, 9);
const HOUR_MS = 3_600_000;

function opened(pass: string): PassOpening {
  return {
    ...{
      v: 1,
      phase: 'opened',
      pass,
      tenant: TENANT,
      decision: `d-${pass}`,
      enforcementPoint: 'eam',
    },
    principal: { type: 'user', id: 'ada' },
    resource: { type: 'suite', id: TENANT },
    action: 'signIn',
    constraints: { address: null, device: null, app: null },
    atMs: NOW_MS,
    expiresMs: NOW_MS + HOUR_MS,
  };
}

const END = { v: 1, phase: 'ended', tenant: TENANT, by: 'per', reason: 'stolen' } as const;

test('a pass is open until it ends or expires', () => {
  const said: PassEntry[] = [
    { index: 3, body: opened('a') },
    { index: 4, body: opened('b') },
    { index: 7, body: { ...END, pass: 'b', atMs: NOW_MS + 60_000 } },
  ];
  const [a, b] = passesOf(said, NOW_MS + 120_000);
  assert.equal(a?.state, 'open');
  assert.deepEqual(
    [b?.state, b?.closedMs, b?.by, b?.reason],
    [...['ended', NOW_MS + 60_000], ...['per', 'stolen']],
  );
  assert.deepEqual(b?.entries, [4, 7]);
  const [later] = passesOf(said, NOW_MS + HOUR_MS);
  assert.deepEqual([later?.state, later?.closedMs], ['lapsed', NOW_MS + HOUR_MS]);
});

test('records the expiry of a pass once', () => {
  const said: PassEntry[] = [{ index: 3, body: opened('a') }];
  const [lapse, ...more] = lapses(passesOf(said, NOW_MS + 2 * HOUR_MS));
  assert.ok(lapse !== undefined && more.length === 0);
  assert.equal(lapse.atMs, NOW_MS + HOUR_MS);
  const again = [...said, { index: 9, body: lapse }];
  assert.deepEqual(lapses(passesOf(again, NOW_MS + 3 * HOUR_MS)), []);
  assert.equal(passesOf(again, NOW_MS + 3 * HOUR_MS)[0]?.state, 'lapsed');
});

test('a pass that is over does not end again', () => {
  const lapse = { ...END, phase: 'lapsed', pass: 'a', atMs: NOW_MS + HOUR_MS } as const;
  const said: PassEntry[] = [
    { index: 3, body: opened('a') },
    { index: 4, body: { ...lapse, by: null, reason: null } },
    { index: 5, body: { ...END, pass: 'a', atMs: NOW_MS + 2 * HOUR_MS } },
    { index: 6, body: { ...END, pass: 'ghost', atMs: NOW_MS } },
  ];
  const all = passesOf(said, NOW_MS + 3 * HOUR_MS);
  assert.deepEqual(
    all.map(({ id, state }) => [id, state]),
    [['a', 'lapsed']],
  );
});

test('a pass states the decision that opened it, and its entries', () => {
  const said: PassEntry[] = [{ index: 3, body: opened('a') }];
  assert.deepEqual(passesOf(said, NOW_MS), [
    {
      ...{ id: 'a', tenant: TENANT, decision: 'd-a', enforcementPoint: 'eam', action: 'signIn' },
      ...{ principal: { type: 'user', id: 'ada' }, resource: { type: 'suite', id: TENANT } },
      constraints: { address: null, device: null, app: null },
      ...{ openedMs: NOW_MS, expiresMs: NOW_MS + HOUR_MS, state: 'open', closedMs: null },
      ...{ by: null, reason: null, suite: null, entries: [3] },
    },
  ]);
});

test('a pass is over exactly at its expiry', () => {
  const said: PassEntry[] = [{ index: 3, body: opened('a') }];
  assert.equal(passesOf(said, NOW_MS + HOUR_MS - 1)[0]?.state, 'open');
  assert.equal(passesOf(said, NOW_MS + HOUR_MS)[0]?.state, 'lapsed');
  assert.deepEqual(lapses(passesOf(said, NOW_MS + HOUR_MS)), [
    {
      ...{ v: 1, phase: 'lapsed', pass: 'a', tenant: TENANT, atMs: NOW_MS + HOUR_MS },
      ...{ by: null, reason: null },
    },
  ]);
  assert.deepEqual(lapses(passesOf(said, NOW_MS)), []);
});

test('a pass that ended early does not expire', () => {
  const said: PassEntry[] = [
    { index: 3, body: opened('a') },
    { index: 4, body: { ...END, pass: 'a', atMs: NOW_MS } },
  ];
  const passes = passesOf(said, NOW_MS + 2 * HOUR_MS);
  assert.deepEqual([passes[0]?.state, passes[0]?.closedMs], ['ended', NOW_MS]);
  assert.deepEqual(lapses(passes), []);
});

test('the state in the suite is unknown until the stated time', () => {
  const suiteTokenMs = 28 * HOUR_MS;
  const said: PassEntry[] = [{ index: 3, body: { ...opened('a'), suiteTokenMs } }];
  const suiteAt = (ms: number) => passesOf(said, ms)[0]?.suite;
  assert.equal(suiteAt(NOW_MS), null, 'it is open');
  const untilMs = NOW_MS + HOUR_MS + suiteTokenMs;
  const out = suiteAt(untilMs - 1);
  assert.deepEqual(
    [out?.kind, out?.untilMs, out?.because[0]?.code],
    ['unknown', untilMs, 'tokens-out'],
  );
  assert.match(out?.because[0]?.text ?? '', /may still be valid$/);
  assert.match(out?.wouldDecide[0]?.what ?? '', /sessions of the person were revoked/);
  const over = suiteAt(untilMs);
  assert.deepEqual([over?.kind, over?.because[0]?.code], ['unknown', 'sessions-not-seen']);
  assert.match(over?.because[0]?.text ?? '', /^every issued token has expired/);
});
