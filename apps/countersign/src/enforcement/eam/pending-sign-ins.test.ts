import assert from 'node:assert/strict';
import { randomFillSync } from 'node:crypto';
import { test } from 'node:test';
import { ManualClock } from '@countersign/core';
import { EAM_TENANT } from '../testing/eam-harness.ts';
import { ATTEMPT_MS, ATTEMPTS_MAX } from './limits.ts';
import { PendingSignIns, type Visit } from './pending-sign-ins.ts';

const BEGUN: Omit<Visit, 'untilMs' | 'failures'> = {
  hint: {
    ...{ tenant: EAM_TENANT, person: 'ada', subject: 'pairwise', username: undefined },
    ...{ issuedMs: 0, digest: 'd' },
  },
  asked: {
    ...{ clientId: 'c', redirectUri: 'https://x.example/', nonce: 'n', state: undefined },
    ...{ requestId: undefined, strength: { acr: 'possession', amr: 'fido' } },
  },
  address: null,
};

function world() {
  const clock = new ManualClock(0);
  const random = { fill: <T extends Uint8Array>(into: T): T => randomFillSync(into) };
  return { clock, attempts: new PendingSignIns(clock, random) };
}

test('a step is taken once, by the holder of both secrets', () => {
  const { attempts } = world();
  const { attempt, hold } = attempts.begin(BEGUN);
  const other = attempts.begin(BEGUN);
  assert.equal(attempts.take({ ...hold, token: other.hold.token }), undefined);
  assert.equal(attempts.take({ ...hold, session: other.hold.session }), undefined);
  assert.equal(attempts.take({ session: hold.token, token: hold.session }), undefined);
  assert.equal(attempts.take(hold), attempt);
  assert.equal(attempts.take(hold), undefined);
  assert.deepEqual([attempt.failures, attempt.kind], [0, 'use']);
});

test('secrets and challenges are long, and never repeat', () => {
  const { attempts } = world();
  const seen = new Set<string>();
  for (let count = 0; count < 100; count++) {
    const { attempt, hold } = attempts.begin(BEGUN);
    for (const each of [hold.session, hold.token, attempt.challenge]) {
      assert.equal(Buffer.from(each, 'base64url').length, 32);
      seen.add(each);
    }
  }
  assert.equal(seen.size, 300);
});

test('an attempt ends after its time, at any step', () => {
  const { clock, attempts } = world();
  const first = attempts.begin(BEGUN);
  clock.advance(ATTEMPT_MS - 1);
  const held = attempts.take(first.hold);
  assert.ok(held?.kind === 'use');
  const second = attempts.begin(BEGUN);
  const next = attempts.toRegister(held, 'i');
  clock.advance(1);
  assert.equal(attempts.take(next.hold), undefined);
  clock.advance(ATTEMPT_MS - 2);
  assert.equal(attempts.take(second.hold), second.attempt);
});

test('above the limit, forgets only the oldest attempts', () => {
  const { attempts } = world();
  const first = attempts.begin(BEGUN);
  const second = attempts.begin(BEGUN);
  for (let count = 2; count < ATTEMPTS_MAX; count++) attempts.toUse(second.attempt);
  attempts.begin(BEGUN);
  assert.equal(attempts.take(first.hold), undefined);
  assert.equal(attempts.take(second.hold), second.attempt);
});
