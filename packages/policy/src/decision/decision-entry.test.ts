import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type RecordDraft, tenantId } from '@countersign/core';
import type { Decision, DecisionRequest } from './decision.ts';
import {
  decisionDraft,
  endingIn,
  openingIn,
  type PassEnding,
  passDraft,
} from './decision-entry.ts';

const TENANT = tenantId('3f2b8c1e-7a54-4d0b-9c36-1e5d8a7b6c21');
const AT_MS = Date.UTC(2026, 0, 5, 9);

const ENDED: PassEnding = {
  ...{ v: 1, phase: 'ended', pass: '019b8e4c-0000-7000-8000-000000000001', tenant: TENANT },
  ...{ atMs: AT_MS, by: 'cleo', reason: 'left the company' },
};

function bodyOf({ body }: RecordDraft): unknown {
  return JSON.parse(Buffer.from(body).toString('utf8'));
}

test('a decision is an entry under its id, with request and answer', () => {
  const decision: Decision = {
    ...{
      id: '019b8e4c-0000-7000-8000-000000000002',
      atMs: AT_MS,
      enforcementPoint: 'eam',
      tenant: TENANT,
    },
    ...{ effect: 'deny', cause: 'no-policy', policies: [], obligations: [], inputs: [] },
    ...{ because: [{ code: 'no-policy', text: 'no policy permits this' }], policyVersion: 'p1' },
  };
  const asked = {
    subject: { type: 'user', id: 'ada' },
    action: { name: 'signIn' },
    resource: { type: 'suite', id: 'suite' },
    context: { factor: 'multi' },
  };
  const request: DecisionRequest = { enforcementPoint: 'eam', tenant: TENANT, ...asked };
  const draft = decisionDraft(decision, request);
  assert.deepEqual(bodyOf(draft), { v: 1, decision, request: asked });
  const { body: _, ...head } = draft;
  assert.deepEqual(head, {
    ...{ kind: 'decision', tenant: TENANT, source: 'countersign/decision', id: decision.id },
    at: '2026-01-05T09:00:00Z',
  });
});

test('each phase of a pass is its own entry', () => {
  const { body: _, ...head } = passDraft(ENDED);
  assert.deepEqual(head, {
    ...{ kind: 'pass', tenant: TENANT, source: 'countersign/pass' },
    ...{ id: `${ENDED.pass}/ended`, at: '2026-01-05T09:00:00Z' },
  });
  assert.deepEqual(bodyOf(passDraft(ENDED)), ENDED);
});

test('recognizes a pass opening among all entries, and names its pass', () => {
  const opening = { ...passDraft(ENDED), id: `${ENDED.pass}/opened` };
  assert.equal(openingIn(opening), ENDED.pass);
  assert.equal(openingIn(passDraft(ENDED)), undefined);
  assert.equal(openingIn({ ...opening, kind: 'decision' }), undefined);
  assert.equal(openingIn({ ...opening, id: undefined }), undefined);
});

test('recognizes the end of a pass among all entries', () => {
  assert.deepEqual(endingIn(passDraft(ENDED)), ENDED);
  assert.equal(endingIn(passDraft({ ...ENDED, phase: 'lapsed' })), undefined);
  assert.equal(endingIn({ ...passDraft(ENDED), kind: 'decision' }), undefined);
  assert.equal(endingIn({ ...passDraft(ENDED), id: undefined }), undefined);
});
