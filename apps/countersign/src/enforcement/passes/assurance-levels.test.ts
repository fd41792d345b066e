import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tenantId } from '@countersign/core';
import { DirectoryStore, type PassOpening } from '@countersign/policy';
import { AssuranceLevels } from './assurance-levels.ts';
import { OpenPassTable } from './open-pass-table.ts';

const TENANT = tenantId('3f2b8c1e-7a54-4d0b-9c36-1e5d8a7b6c21');
const ISSUER = 'https://access.example.com';
const NOW_MS = Date.UTC(2026, 0, 5, 9);

function world() {
  const store = new DirectoryStore();
  const passes = new OpenPassTable(() => store);
  const levels = new AssuranceLevels(passes);
  const open = (pass: string, factor: unknown, id = 'ada', type = 'user') => {
    const about = {
      enforcementPoint: 'eam',
      tenant: TENANT,
      resource: { type: 'suite', id: TENANT },
    };
    const opened: PassOpening = {
      v: 1,
      phase: 'opened',
      ...{ pass, decision: 'd', principal: { type, id }, action: 'signIn' },
      ...{ constraints: { address: null, device: null, app: null }, ...about },
      ...{ atMs: NOW_MS, expiresMs: NOW_MS + 1000 },
    };
    const action = { name: 'signIn' };
    const context = factor === undefined ? {} : { factor: factor as string };
    const kept = { pass: opened, request: { ...about, subject: { type, id }, action, context } };
    passes.opening(kept.pass, kept.request);
    return levels.opened(kept, ISSUER);
  };
  return { passes, levels, open };
}

test('a weaker sign-in beside an open pass is reported as a decrease', () => {
  const { open } = world();
  assert.equal(open('p1', 'multi'), undefined);
  assert.deepEqual(open('p2', 'single', 'ADA'), {
    type: 'https://schemas.openid.net/secevent/caep/event-type/assurance-level-change',
    subject: {
      format: 'complex',
      user: { format: 'iss_sub', iss: ISSUER, sub: 'ADA' },
      session: { format: 'opaque', id: 'p2' },
      tenant: { format: 'opaque', id: TENANT },
    },
    payload: {
      event_timestamp: NOW_MS / 1000,
      initiating_entity: 'user',
      reason_admin: {
        en: 'signed in at eam with another strength than before',
      },
      namespace: 'NIST-AAL',
      current_level: 'nist-aal1',
      previous_level: 'nist-aal2',
      change_direction: 'decrease',
    },
    transaction: 'p2',
  });
  assert.equal(open('p3', 'multi')?.payload['change_direction'], 'increase');
});

test('the same level, another person, a workload and an unknown strength report nothing', () => {
  const { open } = world();
  open('p1', 'multi');
  assert.equal(open('p2', 'phishing-resistant'), undefined);
  assert.equal(open('p3', 'single', 'ben'), undefined);
  assert.equal(open('p4', undefined), undefined);
  assert.equal(open('p5', 'none'), undefined);
  assert.equal(open('p6', 'multi', 'app', 'workload'), undefined);
  assert.equal(open('p7', 'single', 'app', 'workload'), undefined);
});

test('after the end of a pass the next begins anew', () => {
  const { open, passes, levels } = world();
  open('p1', 'multi');
  passes.dropped('p1');
  assert.equal(open('p2', 'single'), undefined);
  passes.lapse(NOW_MS + 1000);
  levels.lapse();
  assert.equal(open('p3', 'multi'), undefined);
});
