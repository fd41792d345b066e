import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PolicySet } from '../policies/policy-set.ts';
import { type PolicyTestResult, policyTestCases, runPolicyTests } from './policy-tests.ts';

const TENANT = '3f2b8c1e-7a54-4d0b-9c36-1e5d8a7b6c21';

const POLICIES = PolicySet.parse({
  schema: {
    file: 'test.cedarschema',
    text: `
      entity Person = { enabled: Bool };
      entity Suite;
      action signIn appliesTo {
        principal: [Person], resource: [Suite], context: { factor: String }
      };`,
  },
  policies: [
    {
      file: 'test.cedar',
      text: `
        @id("people") @sentence("With two factors.") @enforcement_points("eam") @obligations("b,a")
        permit (principal is Person, action, resource)
        when { principal.enabled && context.factor == "multi" };`,
    },
  ],
});

const HEAD = `now: 2026-01-05T09:00:00Z
directory:
  tenant: ${TENANT}
  people:
    - { id: ada, enabled: true }
tests:
`;

function testOf(more: string): string {
  return `  - name: one
    enforcementPoint: eam
    subject: { type: user, id: ada }
    action: signIn
    resource: { type: suite, id: ${TENANT} }
${more}`;
}

function run(text: string): readonly PolicyTestResult[] {
  return runPolicyTests({ file: 'test.yaml', text }, POLICIES);
}

const MULTI = '    context: { factor: multi }\n';

test('a passing test has no differences, and knows its position', () => {
  const whole = `    expect: permit
    cause: policy
    policies: [people]
    obligations: [b, a]
`;
  const [first, second] = run(
    HEAD + testOf(MULTI + whole) + testOf(`${MULTI}    expect: permit\n`),
  );
  assert.deepEqual([first?.file, first?.name, first?.differences], ['test.yaml', 'one', []]);
  assert.equal(first?.outcome.effect, 'permit');
  assert.deepEqual([first?.line, second?.line], [7, 17]);
});

test('lists every difference, and compares only what is expected', () => {
  const wrong = `    expect: deny
    cause: unknown
    policies: []
    obligations: [c]
`;
  const [result] = run(HEAD + testOf(MULTI + wrong));
  assert.deepEqual(result?.differences, [
    'the decision: expected deny, got permit',
    'the cause: expected unknown, got policy',
    'the policies that decide: expected none, got people',
    'the obligations: expected c, got a, b',
  ]);
  const [silent] = run(HEAD + testOf(`${MULTI}    expect: permit\n`));
  assert.deepEqual(silent?.differences, []);
});

test('a missing context is empty, and its inputs are unknown', () => {
  const [result] = run(HEAD + testOf('    expect: deny\n    cause: unknown\n'));
  assert.deepEqual(result?.differences, []);
});

test('the clock of the test is the clock of its world', () => {
  const text = HEAD + testOf(`${MULTI}    expect: permit\n`);
  const cases = policyTestCases({ file: 'test.yaml', text }, POLICIES, () => 7);
  const [only] = cases;
  assert.equal(only?.evaluation.nowMs, Date.UTC(2026, 0, 5, 9));
  assert.equal(only?.evaluation.ages('principal.enabled'), 7);
  assert.deepEqual(only?.request.action, { name: 'signIn' });
  assert.equal(only?.request.tenant, TENANT);
});

for (const [name, text, says] of [
  ['no tests', `${HEAD.replace('tests:\n', 'tests: []\n')}`, /tests/],
  ['a test of no effect', HEAD + testOf('    expect: maybe\n'), /expect/],
  ['an unknown member', HEAD + testOf('    expect: deny\n    color: red\n'), /color/],
  [
    'an invalid time',
    HEAD.replace('2026-01-05T09:00:00Z', 'noon') + testOf('    expect: deny\n'),
    /is not a time/,
  ],
] as const) {
  test(`refuses a file of tests with ${name}`, () => {
    assert.throws(() => run(text), { code: 'CONFIG_INVALID', message: says });
  });
}
