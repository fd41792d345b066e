import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PolicyOutcome } from '@countersign/policy';
import { type ReplayedAccess, ReplayTally, type Suspicion, turnOf } from './replay-tally.ts';

function outcome(effect: 'permit' | 'deny', more: Partial<PolicyOutcome> = {}): PolicyOutcome {
  return {
    ...{ effect, cause: 'policy', policies: [effect === 'permit' ? 'people' : 'strict'] },
    ...{ obligations: [], inputs: [], because: [], policyVersion: 'v', ...more },
  };
}

const PERMIT = outcome('permit');
const DENY = outcome('deny');
const UNKNOWN = outcome('deny', {
  cause: 'unknown',
  policies: [],
  inputs: [{ name: 'principal.risk', source: null, ageMs: null, state: 'missing' }],
});

function item(more: Partial<ReplayedAccess> = {}): ReplayedAccess {
  return {
    ...{
      tenant: 't',
      principal: 'ada',
      enforcementPoint: 'check',
      flow: 'interactiveUser',
      atMs: 1000,
    },
    ...{ entries: [7], session: null, wasIn: true, answered: null },
    ...{ before: PERMIT, after: PERMIT, ...more },
  };
}

for (const [before, after, turn] of [
  [PERMIT, PERMIT, 'same'],
  [DENY, DENY, 'same'],
  [PERMIT, DENY, 'lose'],
  [DENY, PERMIT, 'gain'],
  [null, PERMIT, 'same'],
  [null, DENY, 'lose'],
  [UNKNOWN, PERMIT, 'unknown'],
  [PERMIT, UNKNOWN, 'unknown'],
  [PERMIT, outcome('deny', { cause: 'error' }), 'unknown'],
] as const) {
  const was = before === null ? 'not evaluated' : `${before.effect} (${before.cause})`;
  test(`what was ${was} and would be ${after.effect} (${after.cause}): ${turn}`, () => {
    assert.equal(turnOf(item({ before, after })).turn, turn);
  });
}

test('a decision that cannot be evaluated with its old inputs changes no count', () => {
  const at = { enforcementPoint: 'eam', flow: null, answered: 'permit' } as const;
  assert.equal(turnOf(item({ ...at, after: DENY })).turn, 'lose');
  const other = turnOf(item({ ...at, before: DENY, after: DENY }));
  assert.match(String(other.because), /the inputs of the enforcement point/);
  const lost = turnOf(item({ ...at, before: null, after: DENY }));
  assert.match(String(lost.because), /policies of that time/);
  assert.deepEqual([other.turn, lost.turn], ['unknown', 'unknown']);
});

test('a flow without a policy is not denied by it; an enforcement point without one is', () => {
  const because = [{ code: 'not-asked-for', text: 'no policy knows it' }];
  const after = outcome('deny', { cause: 'no-policy', policies: [], because });
  const flow = turnOf(item({ after }));
  assert.equal(flow.turn, 'unknown');
  assert.match(String(flow.because), /interactiveUser/);
  assert.equal(turnOf(item({ after, enforcementPoint: 'eam', answered: 'permit' })).turn, 'lose');
});

test('counts people once per way in, with the policies that change their result', () => {
  const tally = new ReplayTally([], 2);
  for (let n = 0; n < 4; n++)
    tally.add(item({ after: DENY, atMs: 1000 - n, entries: [n, n + 10] }));
  tally.add(item({ after: DENY, principal: 'per', atMs: 9 }));
  tally.add(item({ after: DENY, principal: 'per', flow: 'nonInteractiveUser' }));
  tally.add(item({ before: DENY, principal: 'eve' }));
  tally.add(item());
  tally.add(item({ after: UNKNOWN }));
  tally.cannotTell('the request is erased');
  const { losing, gaining, ...counts } = tally.report();
  assert.deepEqual(counts, {
    ...{ replayed: 10, same: 1, lose: 6, gain: 1, attacks: [] },
    cannotTell: { 'missing: principal.risk': 1, 'the request is erased': 1 },
  });
  assert.deepEqual(losing[0], {
    ...{
      tenant: 't',
      principal: 'ada',
      enforcementPoint: 'check',
      flow: 'interactiveUser',
      count: 4,
    },
    ...{ firstMs: 997, lastMs: 1000, policies: ['strict'], entries: [10, 11] },
  });
  assert.deepEqual(
    losing.map(({ principal, flow, count }) => [principal, flow, count]),
    [
      ['ada', 'interactiveUser', 4],
      ['per', 'interactiveUser', 1],
      ['per', 'nonInteractiveUser', 1],
    ],
  );
  assert.deepEqual(
    gaining.map(({ principal, policies }) => [principal, policies]),
    [['eve', ['strict']]],
  );
});

test('sorts by the number of changes, then by name, over the whole period', () => {
  const tally = new ReplayTally([], 2);
  for (const [principal, times] of [
    ['zoe', [5, 9, 7]],
    ['per', [4]],
    ['ada', [4]],
  ] as const) {
    for (const atMs of times) tally.add(item({ after: DENY, principal, atMs }));
  }
  assert.deepEqual(
    tally.report().losing.map(({ principal, firstMs, lastMs }) => [principal, firstMs, lastMs]),
    [
      ['zoe', 5, 9],
      ['ada', 4, 4],
      ['per', 4, 4],
    ],
  );
});

test('counts each tenant, enforcement point and flow separately', () => {
  const tally = new ReplayTally([], 2);
  for (const way of [{}, { tenant: 'u' }, { enforcementPoint: 'eam' }, { flow: null }]) {
    tally.add(item({ after: DENY, ...way }));
  }
  assert.deepEqual(
    tally.report().losing.map(({ count }) => count),
    [1, 1, 1, 1],
  );
});

test('lists causes in a fixed order', () => {
  const tally = new ReplayTally([], 2);
  for (const because of ['c', 'a', 'b', 'a']) tally.cannotTell(because);
  const { cannotTell, replayed } = tally.report();
  assert.deepEqual(Object.entries(cannotTell), [
    ['a', 2],
    ['b', 1],
    ['c', 1],
  ]);
  assert.equal(replayed, 4);
});

const SPRAY: Suspicion = {
  ...{ uid: 'f1', title: 'A password was guessed', severity: 4 },
  ...{ entries: [7], sessions: ['s1'] },
};

for (const [after, answer] of [
  [[DENY, DENY], 'yes'],
  [[DENY, PERMIT], 'no'],
  [[DENY, UNKNOWN], 'unknown'],
  [[PERMIT, UNKNOWN], 'no'],
] as const) {
  const said = after.map(({ effect, cause }) => `${effect} (${cause})`).join(' and ');
  test(`an attack of two sign-ins, ${said}: stopped? ${answer}`, () => {
    const tally = new ReplayTally([SPRAY, { ...SPRAY, uid: 'f2', entries: [99], sessions: [] }], 2);
    tally.add(item({ after: after[0] }));
    tally.add(item({ after: after[1], entries: [8], session: 's1' }));
    // Neither a denied sign-in nor an unrelated one counts.
    tally.add(item({ wasIn: false, before: DENY, after: DENY }));
    tally.add(item({ entries: [9], session: 's2' }));
    const [attack, ...more] = tally.report().attacks;
    assert.deepEqual(more, []);
    assert.equal(attack?.finding, 'f1');
    assert.equal(attack?.answer, answer);
    assert.equal(attack?.signIns, 2);
    const { stopped, letIn, cannotTell } = attack ?? { stopped: 0, letIn: 0, cannotTell: 0 };
    assert.equal(stopped, after.filter((each) => each === DENY).length);
    assert.equal(letIn, after.filter((each) => each === PERMIT).length);
    assert.equal(cannotTell, after.filter((each) => each === UNKNOWN).length);
  });
}

test('a sign-in that a finding cites twice counts once', () => {
  const tally = new ReplayTally([SPRAY], 2);
  tally.add(item({ session: 's1', after: DENY }));
  assert.equal(tally.report().attacks[0]?.signIns, 1);
});
