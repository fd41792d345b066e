import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tenantId } from '@countersign/core';
import { REQUEST_DEPTH_MAX, REQUEST_MEMBERS_MAX, REQUEST_TEXT_MAX } from '../limits.ts';
import type { DecisionRequest } from './decision.ts';
import { parseRequest } from './parse-request.ts';

const TENANT = tenantId('3f2b8c1e-7a54-4d0b-9c36-1e5d8a7b6c21');
const ASKED = { enforcementPoint: 'authzen', tenant: TENANT };
const VALUE = {
  subject: { type: 'user', id: 'ada', properties: { title: 'engineer' } },
  action: { name: 'read' },
  resource: { type: 'app', id: 'wiki' },
};

function parsed(value: unknown): DecisionRequest {
  return parseRequest(value, ASKED);
}

/** Nested objects with this many levels below the first. */
function nested(levels: number): unknown {
  return levels === 0 ? {} : { in: nested(levels - 1) };
}

test('reads an evaluation with its scope; a missing context is empty', () => {
  assert.deepEqual(parsed(VALUE), { ...ASKED, ...VALUE, context: {} });
  const context = { address: '192.0.2.7' };
  assert.deepEqual(parsed({ ...VALUE, context }).context, context);
});

test('ignores members that AuthZEN does not define', () => {
  const value = { ...VALUE, options: {}, subject: { ...VALUE.subject, enforcementPoint: 'eam' } };
  assert.deepEqual(parsed(value), { ...ASKED, ...VALUE, context: {} });
});

for (const [name, value, says] of [
  ['a text', 'permit', /evaluation: the request: /],
  ['null', null, /evaluation: the request: /],
  ['a subject without id', { ...VALUE, subject: { type: 'user' } }, /: subject\.id: /],
  ['an empty id', { ...VALUE, subject: { type: 'user', id: '' } }, /: subject\.id: /],
  ['no action', { ...VALUE, action: undefined }, /: action: /],
  ['a list of properties', { ...VALUE, action: { name: 'a', properties: [] } }, /properties: /],
  ['a context that is a text', { ...VALUE, context: 'here' }, /: context: /],
] as const) {
  test(`refuses ${name}, and names the member`, () => {
    assert.throws(() => parsed(value), { code: 'REQUEST_INVALID', message: says });
  });
}

test('a text may have the maximum length, and no more', () => {
  const of = (length: number): unknown => {
    return { ...VALUE, subject: { type: 'user', id: 'a'.repeat(length) } };
  };
  assert.equal(parsed(of(REQUEST_TEXT_MAX)).subject.id.length, REQUEST_TEXT_MAX);
  assert.throws(() => parsed(of(REQUEST_TEXT_MAX + 1)), /: subject\.id: /);
});

test('a request may have the maximum depth, and no more', () => {
  const of = (levels: number): unknown => ({ ...VALUE, context: nested(levels) });
  // The request is a level, and so is its context.
  assert.ok(parsed(of(REQUEST_DEPTH_MAX - 1)));
  const message = new RegExp(`evaluation: it is deeper than ${REQUEST_DEPTH_MAX} levels$`);
  assert.throws(() => parsed(of(REQUEST_DEPTH_MAX)), { code: 'REQUEST_INVALID', message });
});

test('a request may have the maximum number of members, and no more', () => {
  const of = (members: number): unknown => {
    return { ...VALUE, context: { list: Array.from({ length: members }, () => 0) } };
  };
  // Three parties with six members, a title, the context and its list.
  const others = 12;
  assert.ok(parsed(of(REQUEST_MEMBERS_MAX - others)) !== undefined);
  assert.throws(
    () => parsed(of(REQUEST_MEMBERS_MAX - others + 1)),
    /: it has more than 2000 members$/,
  );
});
