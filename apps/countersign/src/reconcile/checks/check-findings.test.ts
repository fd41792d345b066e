import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FindingDraft } from '../../store/rows/finding.ts';
import type { CheckRow } from '../../store/sqlite/check-table.ts';
import { decided, REPORTED_MS, REPORTED_TENANT } from '../testing/reported-sign-ins.ts';
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

test('a month is affected as a whole', () => {
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

test('one finding per rule, principal and day, with all evidence', () => {
  const rows = [
    row({ entries: [9, 11], timeMs: REPORTED_MS + 60_000, session: 's2', address: null }),
    row({ app: 'Files', session: null }),
  ];
  assert.deepEqual(draftsOf(rows), [
    {
      ...{ rule: 'check/second-factor', version: 1, tenant: REPORTED_TENANT, group: 'ada' },
      windowMs: MIDNIGHT_MS,
      title: 'ada signed in with one factor',
      message:
        'The policy says: "Two factors." Microsoft 365 allowed 2 sign-ins of that day that ' +
        'break it.',
      next:
        'Check the address and device of the sign-ins, and ask the person about them. Then find ' +
        'out which conditional access policy should have required a second factor.',
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
  ['check/break-glass', 5, 'The emergency account ada signed in'],
  ['check/denied-and-in', 5, 'ada signed in although the enforcement point denied the access'],
  ['check/ended-pass', 4, 'ada signed in after the pass had ended'],
  ['check/second-factor', 4, 'ada signed in with one factor'],
  [
    'check/baseline-scope',
    4,
    'No conditional access policy with a second factor applied to a sign-in of ada',
  ],
  ['check/high-risk', 4, 'ada signed in at high risk'],
  ['check/disabled', 4, 'The disabled account ada signed in'],
  ['check/workload-registered', 3, 'The unregistered application ada signed in'],
  ['check/workload-credential', 4, 'The application ada used a credential that is not registered'],
  ['check/workload-network', 4, 'The application ada signed in from an unregistered network'],
  ['check/workload-scope', 4, 'The application ada used a service outside its registered scope'],
  ['check/of-their-own', 3, 'ada signed in against the policy of-their-own'],
] as const) {
  test(`${rule} has its own texts and severity`, () => {
    const [draft, ...more] = draftsOf([row({ disagreements: [{ rule, text: 'So.' }] })]);
    assert.deepEqual([draft?.rule, draft?.severity, draft?.title], [rule, severity, title]);
    const message =
      'The policy says: "So." Microsoft 365 allowed 1 sign-in of that day that breaks it.';
    assert.equal(draft?.message, message);
    assert.equal(more.length, 0);
  });
}

test('each permit with an alarm is a separate finding', () => {
  const permits = [
    decided({ obligations: ['alarm:critical'], policies: ['break-glass'], index: 4 }),
    decided({ id: 'd2', obligations: ['note', 'alarm:high'], address: null }),
  ];
  const [emergency, other] = alarmDrafts(permits);
  const atMs = REPORTED_MS - 30_000;
  assert.deepEqual(emergency, {
    ...{ rule: 'enforcement/break-glass', version: 1, tenant: REPORTED_TENANT, group: 'd1' },
    ...{ windowMs: atMs, firstMs: atMs, lastMs: atMs, severity: 5, techniques: ['T1078.004'] },
    title: 'The emergency account ada was used',
    message:
      'The enforcement point eam permitted signIn from 192.0.2.7. The policy break-glass permits ' +
      'it and asks for an alarm at each use.',
    next:
      'Find out who used the emergency account and why. Change its credentials and seal them ' +
      'again. Likely harmless when: an outage or a planned drill is on record.',
    ...{ entries: [4], principals: ['user:ada'], sessions: [], apps: [], confidence: null },
    addresses: ['192.0.2.7'],
  });
  assert.deepEqual(
    [other?.rule, other?.severity, other?.title, other?.addresses],
    ['enforcement/people', 4, 'ada was permitted with an alarm by the policy people', []],
  );
  assert.equal(
    other?.message,
    'The enforcement point eam permitted signIn from an unknown address. The policy people ' +
      'permits it and asks for an alarm at each use.',
  );
  assert.match(other?.next ?? '', /^Ask ada about this access\. .* end the pass/);
});

test('a denial raises no alarm, and neither does a permit without one', () => {
  const decisions = [
    decided({ effect: 'deny', obligations: ['alarm:high'] }),
    decided({ obligations: ['alarm:low', 'note'] }),
  ];
  assert.deepEqual(alarmDrafts(decisions), []);
});

test('the higher of two alarms counts, and an object id stays unchanged', () => {
  const principal = '0d6c2b1a-1111-4222-8333-000000000001';
  const obligations = ['alarm:high', 'alarm:critical'];
  const [draft] = alarmDrafts([decided({ obligations, principal, policies: [] })]);
  assert.deepEqual(
    [draft?.severity, draft?.principals, draft?.rule],
    [5, [principal], 'enforcement/unnamed'],
  );
});
