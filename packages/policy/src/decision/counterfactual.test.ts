import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tenantId } from '@countersign/core';
import { PolicySet } from '../policies/policy-set.ts';
import { PlainDirectory } from '../testing/plain-directory.ts';
import { flipOf } from './counterfactual.ts';
import type { Counterfactual, DecisionRequest } from './decision.ts';

const TENANT = tenantId('3f2b8c1e-7a54-4d0b-9c36-1e5d8a7b6c21');
const NOW_MS = Date.UTC(2026, 0, 5, 9);

const SCHEMA = `
  entity Group;
  entity Person in [Group] = { enabled: Bool, risk: String };
  entity Suite;
  action signIn appliesTo {
    principal: [Person], resource: [Suite],
    context: { factor: String, time: Long, address?: ipaddr }
  };
`;

function flipIn(
  policies: string,
  of: {
    readonly person?: Readonly<Record<string, unknown>>;
    readonly groups?: readonly string[];
    readonly context?: Readonly<Record<string, unknown>>;
    readonly enforcementPoint?: string;
  } = {},
): Counterfactual | null {
  const set = PolicySet.parse({
    schema: { file: 'test.cedarschema', text: SCHEMA },
    policies: [{ file: 'test.cedar', text: policies }],
  });
  const attributes = { enabled: true, risk: 'none', ...of.person };
  const person = { attributes, within: { Group: of.groups ?? [] } };
  const directory = new PlainDirectory({ 'Person::ada': person }, NOW_MS);
  const request: DecisionRequest = {
    ...{
      enforcementPoint: of.enforcementPoint ?? 'eam',
      tenant: TENANT,
      subject: { type: 'user', id: 'ada' },
    },
    ...{ action: { name: 'signIn' }, resource: { type: 'suite', id: TENANT } },
    context: { factor: 'multi', ...of.context },
  };
  return flipOf(request, { policies: set, directory, ages: () => 1000, nowMs: NOW_MS });
}

function policy(effect: 'permit' | 'forbid', when: string, id: string = effect): string {
  return `@id("${id}") @sentence("A sentence.") @enforcement_points("eam")
    ${effect} (principal is Person, action == Action::"signIn", resource) when { ${when} };`;
}

test('changes one input if one is enough, and states it in plain words', () => {
  const risky = [
    policy('permit', 'principal.enabled'),
    policy('forbid', 'principal.risk == "high"'),
  ].join('');
  assert.deepEqual(flipIn(risky), { changes: [{ input: 'principal.enabled', to: 'false' }] });
  const factor = policy('permit', 'context.factor == "passkey"');
  assert.deepEqual(flipIn(factor), { changes: [{ input: 'context.factor', to: 'passkey' }] });
});

test('changes two inputs if one is not enough, and never three', () => {
  const two = policy('permit', 'principal.risk == "low" && context.factor == "passkey"');
  assert.deepEqual(flipIn(two), {
    changes: [
      { input: 'context.factor', to: 'passkey' },
      { input: 'principal.risk', to: 'low' },
    ],
  });
  const three = policy(
    'permit',
    'principal.enabled && principal.risk == "low" && context.factor == "passkey"',
  );
  assert.equal(flipIn(three, { person: { enabled: false } }), null);
});

test('any other text lifts a forbid on a text, and is listed after named texts', () => {
  const enabled = policy('permit', 'principal.enabled');
  const high = `${enabled} ${policy('forbid', 'principal.risk == "high"')}`;
  assert.deepEqual(flipIn(high, { person: { risk: 'high' } }), {
    changes: [{ input: 'principal.risk', to: 'other than high' }],
  });
  const both = `${high} ${policy('forbid', '["medium", "high"].contains(principal.risk)', 'more')}`;
  assert.deepEqual(flipIn(both, { person: { risk: 'high' } }), {
    changes: [{ input: 'principal.risk', to: 'other than high, medium' }],
  });
  const low = policy('permit', 'principal.risk == "low"');
  assert.deepEqual(flipIn(`${low} ${policy('forbid', 'principal.risk == "high"')}`), {
    changes: [{ input: 'principal.risk', to: 'low' }],
  });
});

test('moves a principal into a group, or out of it', () => {
  const member = policy('permit', 'principal in Group::"staff"');
  assert.deepEqual(flipIn(member), {
    changes: [{ input: 'principal in Group', to: 'in staff' }],
  });
  assert.deepEqual(flipIn(member, { groups: ['staff'] }), {
    changes: [{ input: 'principal in Group', to: 'not in staff' }],
  });
});

test('does not suggest changes that people cannot make, such as time', () => {
  assert.equal(flipIn(policy('permit', 'context.time > 9000000000000')), null);
});

test('a change that makes the outcome unknown does not count as a flip', () => {
  // Without a risk the outcome is unknown: a refusal, not a decision.
  assert.equal(flipIn(policy('permit', 'principal has risk')), null);
  const address = policy('permit', 'context has address');
  assert.deepEqual(flipIn(address, { context: { address: '192.0.2.7' } }), {
    changes: [{ input: 'context.address', to: 'absent' }],
  });
});

test('returns null if no policy applies', () => {
  assert.equal(flipIn(policy('permit', 'principal.enabled'), { enforcementPoint: 'window' }), null);
  assert.equal(
    flipIn(policy('permit', 'principal.enabled'), { enforcementPoint: 'authzen' }),
    null,
  );
});
