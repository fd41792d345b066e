import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Interpretation, read as interpret } from '@countersign/ocsf';
import type { EventRow } from '../../store/rows/event-row.ts';
import { REPORTED_MS, REPORTED_TENANT, reported } from '../testing/reported-sign-ins.ts';
import { type ReportedSignIn, reportedSignIn } from './reported-sign-in.ts';

/** An empty record. */
const NOTHING: Interpretation = interpret({
  ...{ source: 'other', tenant: REPORTED_TENANT, id: '', at: '2026-01-05T09:00:00Z', value: {} },
}).event;

function row(changes: Partial<Interpretation>): EventRow {
  const event: Interpretation = {
    ...NOTHING,
    ...{ timeMs: REPORTED_MS, statusId: 1, activityId: 1, actorUid: 'ADA', actorName: 'Ada@C' },
    ...changes,
  };
  return {
    ...{ index: 3, entries: [3, 5], tenant: REPORTED_TENANT, action: 'a1', source: 'entra' },
    ...{ seenMs: REPORTED_MS, erased: false, event },
  };
}

function read(changes: Partial<Interpretation> = {}): ReportedSignIn | undefined {
  return reportedSignIn(row(changes), undefined);
}

test('the members of the record are checked against the policies', () => {
  const { detail } = reported();
  const event = {
    ...{ signInType: 'interactiveUser', ip: '192.0.2.7', sessionUid: 's1', deviceUid: 'd1' },
    ...{ appName: 'Mail', appUid: 'm', resourceName: 'Exchange', targetUid: 'x', isMfa: 1 },
  };
  assert.deepEqual(reportedSignIn(row(event), detail), {
    ...{ tenant: REPORTED_TENANT, action: 'a1', entries: [3, 5], timeMs: REPORTED_MS },
    ...{ flow: 'interactiveUser', outcome: 'in', who: { type: 'Person', id: 'ADA' } },
    ...{ names: ['ada', 'ada@c'], address: '192.0.2.7', session: 's1', device: 'd1' },
    ...{ app: 'Mail', resource: 'Exchange', isMfa: true, erased: false, detail },
  });
});

test('missing members stay undefined', () => {
  assert.deepEqual(read({ actorUid: null, actorName: null, isMfa: null }), {
    ...{ tenant: REPORTED_TENANT, action: 'a1', entries: [3, 5], timeMs: REPORTED_MS },
    ...{ flow: 'unknown', outcome: 'in', who: { type: 'Person', id: '' }, names: [] },
    ...{ address: null, session: null, device: null, app: null, resource: null },
    ...{ isMfa: null, erased: false, detail: undefined },
  });
});

test('ids replace missing names', () => {
  const found = read({ appUid: 'm', targetUid: 'x', actorUid: null, isMfa: 0 });
  assert.deepEqual(
    [found?.app, found?.resource, found?.who.id, found?.isMfa],
    ['m', 'x', 'Ada@C', false],
  );
});

test('a sign-out grants no access', () => {
  assert.equal(read({ activityId: 2 }), undefined);
});

for (const [statusId, outcome] of [
  [0, 'not stated'],
  [1, 'in'],
  [2, 'not in'],
  [99, 'not in'],
] as const) {
  test(`status ${statusId} is ${outcome}`, () => {
    assert.equal(read({ statusId })?.outcome, outcome);
  });
}

test('an application is identified by its flow or its actor', () => {
  const type = (changes: Partial<Interpretation>): unknown => read(changes)?.who.type;
  assert.equal(type({ signInType: 'servicePrincipal' }), 'Workload');
  assert.equal(type({ signInType: 'managedIdentity' }), 'Workload');
  assert.equal(type({ actorType: 4 }), 'Workload');
  assert.equal(type({ signInType: 'nonInteractiveUser', actorType: 1 }), 'Person');
});
