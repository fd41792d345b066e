import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { tenantId } from '@countersign/core';
import { type DecisionRequest, DirectoryStore, type PassOpening } from '@countersign/policy';
import { EVENT_TYPES } from '../ssf/security-event.ts';
import type { SsfRecord } from '../ssf/ssf-record.ts';
import { changesCredential, sentTransactionOf } from './credential-events.ts';
import { OpenPassTable } from './open-pass-table.ts';
import { changeEvent, endedEvent, sentPassOf, userSubject } from './pass-events.ts';

const TENANT = tenantId('3f2b8c1e-7a54-4d0b-9c36-1e5d8a7b6c21');
const OTHER = tenantId('5b1f4c0e-7d2a-4f6b-9c3d-2e8a61f0b794');
const ISSUER = 'https://access.example.com';

describe('a change in the directory', () => {
  for (const [what, before, after, type, payload] of [
    ['Person.enabled', true, false, 'accountDisabled', {}],
    ['Person.enabled', false, true, 'accountEnabled', {}],
    ['Person.enabled', true, null, undefined, {}],
    ['Person.enabled', null, true, undefined, {}],
    ['Person.enabled', null, false, undefined, {}],
    ['Person.enabled', undefined, false, undefined, {}],
    ['Person.enabled', false, null, undefined, {}],
    ['Person.risk', 'low', 'high', 'riskLevelChange', { current: 'HIGH', previous: 'LOW' }],
    ['Person.risk', 'high', 'medium', 'riskLevelChange', { current: 'MEDIUM', previous: 'HIGH' }],
    ['Person.risk', null, 'low', 'riskLevelChange', { current: 'LOW', previous: undefined }],
    // Receivers know no risk level below low.
    ['Person.risk', 'none', 'low', undefined, {}],
    ['Person.risk', 'high', null, undefined, {}],
    ['Person.risk', undefined, 'high', undefined, {}],
    ['Device.compliant', true, false, 'deviceComplianceChange', {}],
    ['Device.compliant', false, true, 'deviceComplianceChange', {}],
    // An unknown compliance is reported like a failed one.
    ['Device.compliant', true, null, 'deviceComplianceChange', {}],
    ['Device.compliant', null, false, undefined, {}],
    ['Person.kind', 'guest', 'member', undefined, {}],
    ['Device.managed', true, false, undefined, {}],
  ] as const) {
    test(`${what} from ${before} to ${after}: ${type ?? 'no event'}`, () => {
      const [of = '', attribute = ''] = what.split('.');
      const change = { kind: 'attribute', type: of, id: 'x1', attribute, before, after } as const;
      const because = { issuer: ISSUER, atMs: 0, transaction: 't' };
      const event = changeEvent(TENANT, change, because);
      assert.equal(event?.type, type && EVENT_TYPES[type]);
      if (event === undefined) return;
      assert.deepEqual(event.subject['tenant'], { format: 'opaque', id: TENANT });
      assert.deepEqual(
        [event.subject['user'], event.subject['device']],
        of === 'Person'
          ? [{ format: 'iss_sub', iss: ISSUER, sub: 'x1' }, undefined]
          : [undefined, { format: 'opaque', id: 'x1' }],
      );
      if ('current' in payload) {
        assert.equal(event.payload['current_level'], payload.current);
        assert.equal(event.payload['previous_level'], payload.previous);
      }
    });
  }

  test('in group membership sends no event', () => {
    const because = { issuer: ISSUER, atMs: 0, transaction: 't' };
    const change = { kind: 'membership', type: 'Person', id: 'x1' } as const;
    assert.equal(changeEvent(TENANT, change, because), undefined);
    assert.equal(changeEvent(TENANT, { kind: 'anew' }, because), undefined);
  });
});

const OPENED: PassOpening = {
  ...{ v: 1, phase: 'opened', pass: 'p1', tenant: TENANT, decision: 'd', enforcementPoint: 'eam' },
  ...{ principal: { type: 'user', id: 'ada' }, resource: { type: 'suite', id: TENANT } },
  ...{ action: 'signIn', constraints: { address: null, device: 'd1', app: null } },
  ...{ atMs: 0, expiresMs: 1000 },
};

describe('the end of a pass', () => {
  const closed = { v: 1, phase: 'ended', pass: 'p1', tenant: TENANT, atMs: 0 } as const;
  const issued = (by: string, reason: string | null = null): SsfRecord => {
    const { type, subject, payload } = endedEvent(OPENED, { ...closed, by, reason }, ISSUER);
    return {
      ...{ v: 1, what: 'ssf-issued', streamId: 's', receiver: 'r', atMs: 0 },
      claims: {
        ...{ iss: ISSUER, aud: 'a', jti: 'j', iat: 0, txn: 't', sub_id: subject },
        events: { [type]: payload },
      },
    };
  };

  test('is an event about the session, with who ended it and why', () => {
    const event = endedEvent(OPENED, { ...closed, by: 'policy', reason: 'at risk' }, ISSUER);
    assert.deepEqual(event.subject, {
      ...{ format: 'complex', user: { format: 'iss_sub', iss: ISSUER, sub: 'ada' } },
      ...{ session: { format: 'opaque', id: 'p1' }, tenant: { format: 'opaque', id: TENANT } },
      device: { format: 'opaque', id: 'd1' },
    });
    assert.deepEqual(
      [event.payload['initiating_entity'], event.payload['reason_admin']],
      ['policy', { en: 'at risk' }],
    );
    const other = endedEvent(OPENED, { ...closed, by: 'carol', reason: null }, ISSUER);
    assert.deepEqual(
      [other.payload['initiating_entity'], other.payload['reason_admin']],
      ['admin', { en: 'no reason was given' }],
    );
  });

  test('is recognized in sent records, and in nothing else', () => {
    const record = issued('policy');
    assert.ok(record.what === 'ssf-issued');
    assert.equal(sentPassOf(record), 'p1');
    assert.equal(sentTransactionOf(record), undefined);
    const of = (more: Partial<typeof record.claims>): SsfRecord => ({
      ...record,
      claims: { ...record.claims, ...more },
    });
    const credential = of({ events: { [EVENT_TYPES.credentialChange]: {} } });
    assert.equal(sentPassOf(credential), undefined);
    assert.equal(sentTransactionOf(credential), 't');
    assert.equal(sentPassOf(of({ sub_id: { format: 'opaque', id: 'p1' } })), undefined);
    const settled: SsfRecord = {
      ...{ v: 1, what: 'ssf-settled', streamId: 's', jti: 'j', how: 'acknowledged', atMs: 0 },
      error: undefined,
    };
    assert.deepEqual([sentPassOf(settled), sentTransactionOf(settled)], [undefined, undefined]);
  });
});

test('a person is identified by an address if it is one, else by issuer and subject', () => {
  assert.deepEqual(userSubject('ada@x.example', ISSUER), {
    ...{ format: 'email', email: 'ada@x.example' },
  });
  for (const id of ['ada', '0d6c2b1a', 'a@b@c', 'a b@c', '@x', 'x@']) {
    assert.equal(userSubject(id, ISSUER).format, 'iss_sub', id);
  }
});

test('distinguishes activities that change a credential', () => {
  assert.ok(changesCredential('reset user password'));
  assert.ok(changesCredential('add service principal credentials'));
  assert.ok(!changesCredential('add member to group'));
});

describe('the open passes', () => {
  function openTable() {
    const passes = new OpenPassTable(() => new DirectoryStore());
    const open = (pass: string, id: string, more: Partial<DecisionRequest> = {}): void => {
      const request: DecisionRequest = {
        ...{ enforcementPoint: 'eam', tenant: TENANT, subject: { type: 'user', id } },
        ...{ action: { name: 'signIn' }, resource: { type: 'suite', id: TENANT }, context: {} },
        ...more,
      };
      passes.opening({ ...OPENED, pass, principal: { type: 'user', id } }, request);
    };
    return { passes, open };
  }

  test('are found by person and device, within their tenant', () => {
    const { passes, open } = openTable();
    open('p1', 'Ada');
    open('p2', 'ada', { context: { device: 'D1' } });
    open('p3', 'ben', { context: { device: 'd1' } });
    open('p4', 'ada', { tenant: OTHER });
    open('p5', 'eve', { context: { device: 7 } });
    assert.deepEqual(passes.concerned(TENANT, 'Person', 'ADA'), ['p1', 'p2']);
    assert.deepEqual(passes.concerned(TENANT, 'Device', 'd1'), ['p2', 'p3']);
    assert.deepEqual(passes.concerned(OTHER, 'Person', 'ada'), ['p4']);
    assert.deepEqual(passes.concerned(TENANT, 'Person', 'nobody'), []);
    // A shared entity affects all of them.
    assert.equal(passes.concerned(TENANT, 'Group', 'g1'), 'all');
    assert.equal(passes.size, 5);
  });

  test('are not found after they are dropped or over', () => {
    const { passes, open } = openTable();
    open('p1', 'ada');
    open('p2', 'ada');
    passes.dropped('p1');
    passes.dropped('p1');
    assert.deepEqual(passes.concerned(TENANT, 'Person', 'ada'), ['p2']);
    assert.deepEqual([passes.get('p1'), passes.get('p2')?.pass.pass], [undefined, 'p2']);
    passes.lapse(999);
    assert.equal(passes.size, 1);
    passes.lapse(1000);
    assert.deepEqual([passes.size, passes.concerned(TENANT, 'Person', 'ada')], [0, []]);
  });
});
