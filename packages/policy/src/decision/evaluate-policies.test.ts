import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tenantId } from '@countersign/core';
import { PolicySet } from '../policies/policy-set.ts';
import { PlainDirectory, type PlainEntity } from '../testing/plain-directory.ts';
import type { DecisionRequest, PolicyOutcome } from './decision.ts';
import { type EvaluationContext, evaluatePolicies, sliceOf } from './evaluate-policies.ts';

const TENANT = tenantId('3f2b8c1e-7a54-4d0b-9c36-1e5d8a7b6c21');
const NOW_MS = Date.UTC(2026, 0, 5, 9);

const SCHEMA = `
  entity Person = { enabled: Bool, risk: String, tries: Long };
  entity App = { level: Long };
  entity Suite;
  action signIn appliesTo {
    principal: [Person], resource: [Suite], context: { factor: String }
  };
  action open appliesTo { principal: [Person], resource: [App], context: {} };
`;

const POLICIES = `
  @id("zeal") @sentence("Two factors.") @enforcement_points("eam") @obligations("watch,remember")
  permit (principal is Person, action == Action::"signIn", resource)
  when { principal.enabled && context.factor == "multi" };

  @id("any") @sentence("Every enabled person.") @enforcement_points("eam") @obligations("remember")
  permit (principal is Person, action == Action::"signIn", resource)
  when { principal.enabled };

  @id("risk") @sentence("No person at high risk.")
  @enforcement_points("eam") @obligations("alarm:high")
  forbid (principal is Person, action == Action::"signIn", resource)
  when { principal.risk == "high" };

  @id("tries") @sentence("Few tries.") @enforcement_points("eam")
  forbid (principal is Person, action == Action::"signIn", resource)
  when { principal.tries * 4096 > 4096000 };

  @id("either") @sentence("Neither of the two.") @enforcement_points("eam")
  forbid (principal is Person, action == Action::"signIn", resource)
  when { principal.risk == "extreme" || principal.tries > 5000 };
`;

const POLICY_SET = PolicySet.parse({
  schema: { file: 'test.cedarschema', text: SCHEMA },
  policies: [{ file: 'test.cedar', text: POLICIES }],
});

const ADA = { enabled: true, risk: 'none', tries: 0 };

const REQUEST: DecisionRequest = {
  enforcementPoint: 'eam',
  tenant: TENANT,
  subject: { type: 'user', id: 'ada' },
  action: { name: 'signIn' },
  resource: { type: 'suite', id: TENANT },
  context: { factor: 'multi' },
};

function worldOf(ada: PlainEntity['attributes'] = ADA, agoMs = 0): EvaluationContext {
  const directory = new PlainDirectory(
    { 'Person::ada': { attributes: ada ?? {} } },
    NOW_MS - agoMs,
  );
  return { policies: POLICY_SET, directory, ages: () => 1000, nowMs: NOW_MS };
}

function outcomeOf(changes: Partial<DecisionRequest> = {}, world = worldOf()): PolicyOutcome {
  return evaluatePolicies({ ...REQUEST, ...changes }, world);
}

test('names all permitting policies in order, and each obligation once', () => {
  const { inputs: _, ...rest } = outcomeOf();
  assert.deepEqual(rest, {
    ...{ effect: 'permit', cause: 'policy', policies: ['any', 'zeal'] },
    obligations: ['remember', 'watch'],
    because: [
      { code: 'policy:any', text: 'Every enabled person.' },
      { code: 'policy:zeal', text: 'Two factors.' },
    ],
    policyVersion: POLICY_SET.version,
  });
});

test('lists all inputs of the slice, including those of policies that did not decide', () => {
  assert.deepEqual(
    outcomeOf().inputs.map(({ name }) => name),
    ['context.factor', 'principal.enabled', 'principal.risk', 'principal.tries'],
  );
});

test('a forbid is reported alone, with its own obligations', () => {
  const { effect, cause, policies, obligations, because } = outcomeOf(
    {},
    worldOf({ ...ADA, risk: 'high' }),
  );
  assert.deepEqual([effect, cause, policies], ['deny', 'policy', ['risk']]);
  assert.deepEqual(obligations, ['alarm:high']);
  assert.deepEqual(because, [{ code: 'policy:risk', text: 'No person at high risk.' }]);
});

test('without a permitting policy, nothing decides and no obligation applies', () => {
  const { effect, cause, policies, obligations, because } = outcomeOf(
    {},
    worldOf({ ...ADA, enabled: false }),
  );
  assert.deepEqual([effect, cause, policies, obligations], ['deny', 'no-policy', [], []]);
  assert.deepEqual(because, [{ code: 'no-policy', text: 'no policy permits this' }]);
});

test('one unknown input denies, and each reason is stated once', () => {
  const { effect, cause, policies, obligations, because } = outcomeOf(
    {},
    worldOf({ enabled: true }),
  );
  assert.deepEqual([effect, cause, policies, obligations], ['deny', 'unknown', [], []]);
  assert.deepEqual(because, [
    { code: 'unknown', text: 'no source states risk of Person "ada"' },
    { code: 'unknown', text: 'no source states tries of Person "ada"' },
  ]);
  const eve = outcomeOf({ subject: { type: 'user', id: 'eve' } });
  assert.deepEqual(eve.because, [{ code: 'unknown', text: 'Person "eve" is not known here' }]);
});

test('a forbid that rests on a stale input is itself in doubt', () => {
  const { cause } = outcomeOf({}, worldOf({ ...ADA, risk: 'high' }, 1001));
  assert.equal(cause, 'unknown');
});

test('a forbid with one input in doubt is in doubt, even if its other inputs decide', () => {
  const { cause, policies } = outcomeOf({}, worldOf({ enabled: true, risk: 'extreme' }));
  assert.deepEqual([cause, policies], ['unknown', []]);
});

test('a failing policy denies, and is named', () => {
  // Beyond the range of a Cedar number.
  const { effect, cause, policies, because } = outcomeOf(
    {},
    worldOf({ ...ADA, tries: Number.MAX_SAFE_INTEGER, enabled: true }),
  );
  assert.deepEqual([effect, cause, policies], ['deny', 'policy', ['either']]);
  assert.equal(because.length, 1, 'another that is certain decides');
  const few = POLICIES.replace(/@id\("either"\)[^;]*;/, '');
  const set = PolicySet.parse({
    schema: { file: 'test.cedarschema', text: SCHEMA },
    policies: [{ file: 'test.cedar', text: few }],
  });
  const world = { ...worldOf({ ...ADA, tries: Number.MAX_SAFE_INTEGER }), policies: set };
  const failed = outcomeOf({}, world);
  assert.deepEqual([failed.effect, failed.cause, failed.policies], ['deny', 'error', []]);
  assert.deepEqual(failed.obligations, []);
  assert.equal(failed.because[0]?.code, 'error:tries');
  assert.match(failed.because[0]?.text ?? '', /^the policy tries failed: .*overflow/);
});

test('a number beyond the safe integers is refused', () => {
  const { cause, because } = outcomeOf(
    {},
    worldOf({ ...ADA, tries: Number.MAX_SAFE_INTEGER * 512 }),
  );
  assert.equal(cause, 'unknown');
  assert.match(
    because[0]?.text ?? '',
    /principal\.tries, as plain states it, is not a whole number/,
  );
});

for (const [name, changes, text] of [
  ['enforcementPoint', { enforcementPoint: 'window' }, 'there is no enforcement point window'],
  ['action', { action: { name: 'fly' } }, 'no policy knows the action fly'],
  ['subject', { subject: { type: 'ghost', id: 'a' } }, 'no policy knows a subject of type ghost'],
  ['resource', { resource: { type: 'moon', id: 'a' } }, 'no policy knows a resource of type moon'],
  [
    'pair of action and resource',
    { resource: { type: 'app', id: 'a' } },
    'the action signIn is not one of a Person on a App',
  ],
  [
    'pair of action and subject',
    { subject: { type: 'app', id: 'a' } },
    'the action signIn is not one of a App on a Suite',
  ],
] as const) {
  test(`an unknown ${name} is denied by name, and has no slice`, () => {
    const { effect, cause, because, inputs, policies, obligations } = outcomeOf(changes);
    assert.deepEqual([effect, cause], ['deny', 'no-policy']);
    assert.deepEqual([inputs, policies, obligations], [[], [], []]);
    assert.deepEqual(because, [{ code: 'not-asked-for', text }]);
    assert.equal(sliceOf({ ...REQUEST, ...changes }, POLICY_SET), undefined);
  });
}

test('a slice has exactly the policies of the enforcement point and types', () => {
  const slice = sliceOf(REQUEST, POLICY_SET);
  assert.deepEqual([...(slice?.byId.keys() ?? [])].sort(), [
    'any',
    'either',
    'risk',
    'tries',
    'zeal',
  ]);
  const other = sliceOf({ ...REQUEST, enforcementPoint: 'authzen' }, POLICY_SET);
  assert.equal(other?.byId.size, 0);
});
