import assert from 'node:assert/strict';
import { test } from 'node:test';
import { JOIN_AFTER_MS, JOIN_BEFORE_MS } from '@countersign/policy';
import type { DecisionRow } from '../../store/sqlite/decision-table.ts';
import { decided, REPORTED_MS, reported, step } from '../testing/reported-sign-ins.ts';
import { exactMatch, matchDecision } from './match-decision.ts';
import type { ReportedSignIn } from './reported-sign-in.ts';

const EXTERNAL = { detail: { steps: [step('Password'), step('External authentication method')] } };
const NONE: ReadonlySet<string> = new Set();

function matched(
  signIn: ReportedSignIn,
  decisions: readonly DecisionRow[],
  taken: ReadonlySet<string> = NONE,
): string {
  const match = matchDecision(signIn, decisions, taken);
  if (match.kind === 'none') return 'none';
  if (match.kind === 'ambiguous') return `ambiguous ${match.decisions.join(' ')}`;
  return `${match.kind} ${match.decision.id}`;
}

test('a shared request id joins them, even if all else differs', () => {
  const signIn = reported({ flow: 'nonInteractiveUser', detail: { requests: ['r1', 'r2'] } });
  const decision = decided({ requestId: 'r2', atMs: 0, principal: 'bob', address: '203.0.113.1' });
  assert.equal(matched(signIn, [decision]), 'exact d1');
  assert.equal(matched(signIn, [decision], new Set(['d1'])), 'exact d1');
  assert.equal(matched(signIn, [{ ...decision, requestId: 'r3' }]), 'none');
  assert.equal(matched(signIn, [{ ...decision, requestId: null }]), 'none');
});

test('the last decision of a request counts', () => {
  const signIn = reported({ detail: { requests: ['r1'] } });
  const before = decided({ id: 'before', requestId: 'r1', effect: 'deny' });
  const after = decided({ id: 'after', requestId: 'r1' });
  assert.equal(exactMatch(signIn, [before, after])?.id, 'after');
  assert.equal(exactMatch(signIn, []), undefined);
  assert.equal(exactMatch(reported({ detail: null }), [before]), undefined);
});

test('without one, person, time, address and method join them as probable', () => {
  assert.equal(matched(reported(EXTERNAL), [decided()]), 'probable d1');
});

for (const [name, changes] of [
  ['of another tenant', { tenant: '00000000-0000-4000-8000-000000000001' }],
  ['of an enforcement point that stands elsewhere', { enforcementPoint: 'authzen' }],
  ['of another person', { principal: 'bob' }],
  ['for another address', { address: '203.0.113.1' }],
  ['that denied', { effect: 'deny' }],
  ['of longer ago than a sign-in takes', { atMs: REPORTED_MS - JOIN_BEFORE_MS - 1 }],
  ['that comes after it', { atMs: REPORTED_MS + JOIN_AFTER_MS + 1 }],
] as const) {
  test(`a decision ${name} does not belong to a sign-in`, () => {
    assert.equal(matched(reported(EXTERNAL), [decided(changes)]), 'none');
  });
}

for (const [name, changes] of [
  ['at the edge of the time before', { atMs: REPORTED_MS - JOIN_BEFORE_MS }],
  ['at the edge of the time after', { atMs: REPORTED_MS + JOIN_AFTER_MS }],
  ['without an address', { address: null }],
  ['without a method', { method: null }],
  ['under another name of the person', { principal: 'ada@contoso.example' }],
] as const) {
  test(`a decision ${name} still matches`, () => {
    assert.equal(matched(reported(EXTERNAL), [decided(changes)]), 'probable d1');
  });
}

test('missing data of the sign-in does not contradict a match', () => {
  assert.equal(matched(reported({ ...EXTERNAL, address: null }), [decided()]), 'probable d1');
  assert.equal(matched(reported({ ...EXTERNAL, isMfa: null }), [decided()]), 'probable d1');
});

test('a sign-in with one factor does not match a decision with another', () => {
  const single = reported({ ...EXTERNAL, isMfa: false });
  assert.equal(matched(single, [decided()]), 'none');
  assert.equal(matched(single, [decided({ method: null })]), 'probable d1');
});

test('without an external factor, no decision matches', () => {
  assert.equal(matched(reported(), [decided()]), 'none');
  assert.equal(matched(reported({ detail: null }), [decided()]), 'none');
  const silent = reported({ ...EXTERNAL, flow: 'nonInteractiveUser' });
  assert.equal(matched(silent, [decided()]), 'none');
});

test('two equally good decisions are no match, unless one belongs elsewhere', () => {
  const two = [decided(), decided({ id: 'd2' })];
  assert.equal(matched(reported(EXTERNAL), two), 'ambiguous d1 d2');
  assert.equal(matched(reported(EXTERNAL), two, new Set(['d1'])), 'probable d2');
  assert.equal(matched(reported(EXTERNAL), two, new Set(['d1', 'd2'])), 'none');
});
