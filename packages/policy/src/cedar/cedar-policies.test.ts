import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CedarPolicies } from './cedar-policies.ts';

const SCHEMA = {
  file: 'test.cedarschema',
  text: `entity Role; entity Tenant { size: Long }; entity Person in [Role];
    action read, write appliesTo { principal: [Person], resource: [Tenant] };`,
};

function policies(text: string): CedarPolicies {
  return CedarPolicies.parse(SCHEMA, [{ file: 'test.cedar', text }]);
}

function decide(text: string, action: string, size = 1) {
  return policies(text).decide({
    principal: { type: 'Person', id: 'ada' },
    action: { type: 'Action', id: action },
    resource: { type: 'Tenant', id: 't' },
    context: {},
    entities: [
      { uid: { type: 'Person', id: 'ada' }, attrs: {}, parents: [{ type: 'Role', id: 'reader' }] },
      { uid: { type: 'Tenant', id: 't' }, attrs: { size }, parents: [] },
    ],
  });
}

const READER =
  '@id("reader") permit (principal in Role::"reader", action == Action::"read", resource);';

test('denies by default, and permits what a policy permits', () => {
  assert.deepEqual(decide(READER, 'read'), { effect: 'permit', policies: ['reader'], errors: [] });
  assert.equal(decide(READER, 'write').effect, 'deny');
});

test('a policy that cannot be evaluated denies', () => {
  const huge = '@id("huge") forbid (principal, action, resource) when { resource.size * 2 < 0 };';
  assert.equal(decide(`${READER} ${huge}`, 'read').effect, 'permit');
  const { effect, errors } = decide(`${READER} ${huge}`, 'read', Number.MAX_SAFE_INTEGER * 1024);
  assert.equal(effect, 'deny');
  assert.match(errors[0] ?? '', /^huge: /);
});

for (const [text, problem] of [
  ['permit (principal, action, resource)', /test\.cedar: /],
  ['permit (principal, action, resource);', /a policy has no id/],
  [`${READER} ${READER}`, /the id reader is used twice/],
  ['@id("a") permit (principal, action == Action::"erase", resource);', /the policy a: /],
  ['@id("a") permit (principal == ?principal, action, resource);', /a template/],
] as const) {
  test(`refuses ${text}`, () => {
    assert.throws(() => policies(text), { code: 'POLICY_INVALID', message: problem });
  });
}
