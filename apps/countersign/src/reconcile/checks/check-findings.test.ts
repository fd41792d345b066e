import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FindingDraft } from '../../store/rows/finding.ts';
import type { CheckRow } from '../../store/sqlite/check-table.ts';
import { decided, REPORTED_MS, REPORTED_TENANT } from '../testing/reported.ts';
import { alarmDrafts } from './alarm-findings.ts';
import { checkDrafts, monthsOf } from './check-findings.ts';

const DAY_MS = 86_400_000;
const MIDNIGHT_MS = Date.UTC(2026, 0, 5);

function draftsOf(rows: readonly CheckRow[], people = 100): readonly FindingDraft[] {
  const month = { tenant: REPORTED_TENANT, monthMs: Date.UTC(2026, 0) };
  const counts = (['person', 'workload'] as const).map((kind) => ({
    ...{ ...month, kind, principals: people },
  }));
  return checkDrafts(() => rows, counts);
}

function row(changes: Partial<CheckRow> = {}): CheckRow {
  return {
    ...{ tenant: REPORTED_TENANT, action: 'a1', entries: [5], timeMs: REPORTED_MS },
    ...{ flow: 'interactiveUser', state: 'checked', cause: null, principal: 'ada' },
    ...{ address: '192.0.2.7', session: 's1', app: 'Mail', decision: null, strength: null },
    disagreements: [{ rule: 'check/second-factor', text: 'Two factors.' }],
    ...changes,
  };
}

test('a month is touched as a whole', () => {
  const [january, february, march] = [0, 1, 2].map((month) => Date.UTC(2026, month));
  const whole = [{ from: january, to: february }];
  assert.deepEqual(monthsOf([{ from: MIDNIGHT_MS + 1, to: MIDNIGHT_MS + 2 }]), whole);
  assert.deepEqual(monthsOf([{ from: january ?? 0, to: february ?? 0 }]), whole);
  const two = [
    { from: MIDNIGHT_MS, to: MIDNIGHT_MS + 1 },
    { from: february ?? 0, to: (february ?? 0) + 1 },
  ];
  assert.deepEqual(monthsOf(two), [{ from: january, to: march }]);
  assert.deepEqual(monthsOf([]), []);
  const [all] = monthsOf([{ from: -8.64e15, to: 8.64e15 }]);
  assert.deepEqual(all, { from: -8.64e15, to: 8.64e15 });
});

test('one finding for each rule, principal and day, with all that it rests on', () => {
  const rows = [
    row({ entries: [9, 11], timeMs: REPORTED_MS + 60_000, session: 's2', address: null }),
    row({ app: 'Files', session: null }),
  ];
  assert.deepEqual(draftsOf(rows), [
    {
      ...{ rule: 'check/second-factor', version: 1, tenant: REPORTED_TENANT, group: 'ada' },
      windowMs: MIDNIGHT_MS,
      title: 'one factor was enough for ada',
      message: 'Two factors. 2 sign-ins of that day, each let in by the vendor.',
      next: 'look at the sign-ins, and at what was done in their sessions; ask the person',
      ...{ severity: 4, techniques: ['T1078.004'], entries: [5, 11], confidence: null },
      ...{ firstMs: REPORTED_MS, lastMs: REPORTED_MS + 60_000, principals: ['ada'] },
      ...{ sessions: ['s2'], apps: ['Files', 'Mail'], addresses: ['192.0.2.7'] },
    },
  ]);
});

test('another tenant, rule, principal or day is another finding', () => {
  const others = [
    row(),
    row({ tenant: '00000000-0000-4000-8000-000000000001' }),
    row({ principal: 'bob' }),
    row({ timeMs: REPORTED_MS + DAY_MS }),
    row({ disagreements: [{ rule: 'check/high-risk', text: 'At risk.' }] }),
  ];
  assert.equal(draftsOf(others).length, others.length);
  assert.deepEqual(draftsOf([row({ disagreements: [] })]), []);
});

for (const [rule, severity, title] of [
  ['check/break-glass', 5, 'an account for emergencies was used: ada'],
  ['check/denied-and-in', 5, 'denied at the door, and signed in: ada'],
  ['check/ended-pass', 4, 'signed in after the pass had ended: ada'],
  ['check/second-factor', 4, 'one factor was enough for ada'],
  ['check/baseline-scope', 4, "the vendor's factor policy did not apply to ada"],
  ['check/high-risk', 4, 'signed in at high risk: ada'],
  ['check/disabled', 4, 'a disabled account signed in: ada'],
  ['check/workload-registered', 3, 'an application that nobody registered: ada'],
  ['check/workload-credential', 4, 'a new credential of the application ada'],
  ['check/workload-network', 4, 'the application ada came from another network'],
  ['check/workload-scope', 4, 'the application ada reached further than registered'],
  ['check/of-their-own', 3, 'let in against the policy of-their-own: ada'],
] as const) {
  test(`${rule} is told with its own words and weight`, () => {
    const [draft, ...more] = draftsOf([row({ disagreements: [{ rule, text: 'So.' }] })]);
    assert.deepEqual([draft?.rule, draft?.severity, draft?.title], [rule, severity, title]);
    assert.equal(draft?.message, 'So. 1 sign-in of that day, each let in by the vendor.');
    assert.equal(more.length, 0);
  });
}

test('each permit with an alarm is a finding of its own', () => {
  const permits = [
    decided({ obligations: ['alarm:critical'], policies: ['break-glass'], index: 4 }),
    decided({ id: 'd2', obligations: ['note', 'alarm:high'], address: null }),
  ];
  const [emergency, other] = alarmDrafts(permits);
  const atMs = REPORTED_MS - 30_000;
  assert.deepEqual(emergency, {
    ...{ rule: 'door/break-glass', version: 1, tenant: REPORTED_TENANT, group: 'd1' },
    ...{ windowMs: atMs, firstMs: atMs, lastMs: atMs, severity: 5, techniques: ['T1078.004'] },
    title: 'an account for emergencies was used: ada',
    message: 'The door eam permitted signIn from 192.0.2.7, by the policy break-glass.',
    next: 'find out who used it and why; seal it again',
    ...{ entries: [4], principals: ['user:ada'], sessions: [], apps: [], confidence: null },
    addresses: ['192.0.2.7'],
  });
  assert.deepEqual(
    [other?.rule, other?.severity, other?.title, other?.addresses],
    ['door/people', 4, 'permitted with an alarm: ada', []],
  );
  assert.equal(
    other?.message,
    'The door eam permitted signIn from an address that the door did not state, ' +
      'by the policy people.',
  );
  assert.equal(other?.next, 'find out whether it was meant; end the pass if it was not');
});

test('a denial rings nothing, and neither does a permit without alarm', () => {
  const decisions = [
    decided({ effect: 'deny', obligations: ['alarm:high'] }),
    decided({ obligations: ['alarm:low', 'note'] }),
  ];
  assert.deepEqual(alarmDrafts(decisions), []);
});

test('of two alarms the louder counts, and an object id is written as it is', () => {
  const principal = '0d6c2b1a-1111-4222-8333-000000000001';
  const obligations = ['alarm:high', 'alarm:critical'];
  const [draft] = alarmDrafts([decided({ obligations, principal, policies: [] })]);
  assert.deepEqual(
    [draft?.severity, draft?.principals, draft?.rule],
    [5, [principal], 'door/unnamed'],
  );
});
