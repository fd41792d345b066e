import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type PassEnding,
  type PassOpening,
  PolicyInformation,
  parseDirectoryFile,
} from '@countersign/policy';
import { type Pass, passesOf } from '../../enforcement/passes/pass.ts';
import type { CheckRow } from '../../store/sqlite/check-table.ts';
import {
  decided,
  REPORTED_MS,
  REPORTED_TENANT,
  reported,
  type SignInChanges,
  step,
} from '../testing/reported-sign-ins.ts';
import { type CheckContext, checkSignIn, isVendors } from './check-sign-in.ts';

const HOUR_MS = 3_600_000;

const SCHEMA = `
  entity Group;
  entity Person in [Group] = { enabled: Bool };
  entity Workload = { registered: Bool, scopes: Set<String> };
  entity Suite;
  type Seen = {
    factor?: String, address?: ipaddr, flow?: String, app?: String, conditionalAccess?: String,
    scope?: String, credential?: String
  };
  action signIn appliesTo { principal: [Person], resource: [Suite], context: Seen };
  action runAs appliesTo { principal: [Workload], resource: [Suite], context: Seen };
`;

const POLICIES = `
  @id("enabled") @sentence("Who is enabled.") @enforcement_points("check")
  permit (principal is Person, action == Action::"signIn", resource)
  when { principal.enabled && !(context has app && context.app == "Quiet") };

  @id("loud") @sentence("It rings.") @enforcement_points("check") @obligations("alarm:high,note")
  permit (principal is Person, action == Action::"signIn", resource)
  when { principal.enabled && context has app && context.app == "Loud" };

  @id("factor") @sentence("Two factors.") @enforcement_points("check")
  forbid (principal is Person, action == Action::"signIn", resource)
  when { context has factor && context.factor == "single" };

  @id("applied") @sentence("The vendor's policies applied.") @enforcement_points("check")
  forbid (principal is Person, action == Action::"signIn", resource)
  when { context has conditionalAccess && context.conditionalAccess == "failure" };
`;

const WORKLOADS = `
  @id("registered") @sentence("Who is registered, as far as registered.")
  @enforcement_points("check")
  permit (principal is Workload, action == Action::"runAs", resource)
  when {
    principal.registered && context has scope && principal.scopes.contains(context.scope) &&
    context has credential && context.credential == "key-1" && !(context has factor)
  };
`;

function policyInformationOf(policies: string | undefined = POLICIES): PolicyInformation {
  const policyInformation = new PolicyInformation();
  const texts = {
    schema: { file: 'test.cedarschema', text: SCHEMA },
    policies: [{ file: 'test.cedar', text: policies }],
  };
  policyInformation.apply('policy', { v: 1, what: 'text', version: 'p1', ...texts }, 1);
  policyInformation.apply(
    'policy',
    { v: 1, what: 'in-force', version: 'p1', by: 'cleo', atMs: 0 },
    2,
  );
  const text = `tenant: ${REPORTED_TENANT}
people:
  - { id: ada, enabled: true }
  - { id: bob, enabled: false }
`;
  const directory = parseDirectoryFile({ file: 'people.yaml', text });
  const file = { v: 1, what: 'file', file: 'people.yaml', readMs: REPORTED_MS, directory };
  policyInformation.apply('directory', file, 3);
  return policyInformation;
}

function check(changes: SignInChanges = {}, world: Partial<CheckContext> = {}): CheckRow {
  return checkSignIn(reported(changes), {
    ...{
      information: policyInformationOf(),
      risk: 'not evaluated',
      decisions: [],
      taken: new Set(),
    },
    ...{ passes: [] },
    ...world,
  });
}

function rules({ disagreements }: CheckRow): readonly string[] {
  return disagreements.map(({ rule }) => rule);
}

const EXTERNAL = { steps: [step('Password'), step('External authentication method')] };

test('a permitted sign-in is checked, and keeps what queries need', () => {
  assert.deepEqual(check(), {
    ...{ tenant: REPORTED_TENANT, action: 'a1', entries: [3, 5], timeMs: REPORTED_MS },
    ...{ flow: 'interactiveUser', address: '192.0.2.7', session: 's1', app: 'Mail' },
    ...{ principal: 'ada', decision: null, strength: null },
    ...{ state: 'checked', cause: null, disagreements: [] },
  });
});

test('a sign-in with a permit is decided, regardless of the policies', () => {
  const detail = { ...EXTERNAL, conditionalAccess: 'failure' } as const;
  const row = check({ detail }, { decisions: [decided()] });
  assert.deepEqual(
    [row.state, row.cause, row.decision, row.strength, rules(row)],
    ['decided', null, 'd1', 'probable', []],
  );
  const exact = check(
    { detail: { requests: ['r1'] } },
    { decisions: [decided({ requestId: 'r1' })] },
  );
  assert.deepEqual([exact.state, exact.strength], ['decided', 'exact']);
});

test('two equally good decisions verify nothing', () => {
  const decisions = [decided(), decided({ id: 'd2' })];
  const row = check({ detail: EXTERNAL }, { decisions });
  assert.deepEqual(
    [row.state, row.cause, row.decision, row.strength],
    ['unverified', 'ambiguous: two decisions match', null, null],
  );
});

test('reports a denied person who signed in, for any other facts', () => {
  const decisions = [decided({ requestId: 'r1', effect: 'deny' })];
  const detail = { requests: ['r1'] };
  const row = check({ detail }, { decisions });
  assert.deepEqual([row.state, row.decision, row.strength], ['checked', 'd1', 'exact']);
  assert.deepEqual(row.disagreements, [
    {
      rule: 'check/denied-and-in',
      text: 'An enforcement point denied this sign-in (decision d1), but it succeeded.',
    },
  ]);
  const unknown = check({ detail, who: { type: 'Person', id: 'eve' } }, { decisions });
  assert.deepEqual([unknown.state, rules(unknown)], ['unverified', ['check/denied-and-in']]);
  const bare = check({ detail }, { decisions, information: new PolicyInformation() });
  assert.deepEqual([bare.cause, rules(bare)], ['no policy', ['check/denied-and-in']]);
  const out = check({ detail, outcome: 'not in' }, { decisions });
  assert.deepEqual([out.state, rules(out)], ['checked', []]);
});

test('without a policy in force nothing is verified', () => {
  const row = check({}, { information: new PolicyInformation() });
  assert.deepEqual([row.state, row.cause, rules(row)], ['unverified', 'no policy', []]);
});

for (const [name, changes, cause] of [
  ['whose body is erased', { erased: true }, 'erased'],
  ['without an outcome', { outcome: 'not stated' }, 'the outcome is not stated'],
  ['without a principal', { who: { type: 'Person', id: '' } }, 'the sign-in names no principal'],
  [
    "of the vendor's own service",
    { detail: { homeTenant: 'f8cdef31-a31e-4b4a-93e4-5f571e91255a' } },
    "the vendor's own service",
  ],
  ['of an unknown person', { who: { type: 'Person', id: 'eve' } }, 'missing: principal.enabled'],
  [
    'of an application, where no policy is about any',
    { who: { type: 'Workload', id: 'backup' }, flow: 'servicePrincipal' },
    'missing: principal.registered',
  ],
] as const) {
  test(`a sign-in ${name} is unverified, with its cause`, () => {
    const information = policyInformationOf(`${POLICIES} ${WORKLOADS}`);
    const row = check(changes, { information });
    assert.deepEqual([row.state, row.cause], ['unverified', cause]);
  });
}

test('an application that no policy names is unverified, by kind', () => {
  const text = POLICIES;
  const information = new PolicyInformation();
  const schema = SCHEMA.replace(/action runAs.*\n/, '').replace(/entity Workload.*\n/, '');
  const texts = {
    schema: { file: 'test.cedarschema', text: schema },
    policies: [{ file: 'test.cedar', text }],
  };
  information.apply('policy', { v: 1, what: 'text', version: 'p1', ...texts }, 1);
  information.apply('policy', { v: 1, what: 'in-force', version: 'p1', by: 'cleo', atMs: 0 }, 2);
  const row = check({ who: { type: 'Workload', id: 'backup' } }, { information });
  assert.deepEqual([row.state, row.cause], ['unverified', 'no policy for workload sign-ins']);
});

test('a failed sign-in is checked, regardless of the policies', () => {
  const row = check({ outcome: 'not in', isMfa: false, who: { type: 'Person', id: 'bob' } });
  assert.deepEqual([row.state, rules(row)], ['checked', []]);
});

test('a disagreement quotes the forbidding policy', () => {
  const row = check({ isMfa: false });
  assert.deepEqual(row.disagreements, [{ rule: 'check/factor', text: 'Two factors.' }]);
  const two = check({ isMfa: false, detail: { conditionalAccess: 'failure' } });
  assert.deepEqual(rules(two), ['check/applied', 'check/factor']);
  const none = check({ who: { type: 'Person', id: 'bob' } });
  assert.deepEqual(none.disagreements, [
    { rule: 'check/no-policy-permits', text: 'No policy permits this sign-in.' },
  ]);
});

test('reports a permit with an alarm, and no other obligation', () => {
  const row = check({ app: 'Loud' });
  assert.equal(row.state, 'checked');
  assert.deepEqual(row.disagreements, [{ rule: 'check/enabled', text: 'Who is enabled.' }]);
});

test('checks a workload by scope and credential, not by factor', () => {
  const information = policyInformationOf(WORKLOADS);
  const register = {
    tenant: REPORTED_TENANT,
    workloads: [
      {
        ...{ id: 'backup', names: [], owner: 'bob', purpose: 'copies', expires: '2027-01-01' },
        ...{ scopes: ['Exchange'], networks: [], credentials: ['key-1'] },
      },
    ],
  };
  const body = { v: 1, what: 'register', file: 'register.yaml', readMs: REPORTED_MS, register };
  information.apply('directory', body, 4);
  const who = { type: 'Workload', id: 'backup' } as const;
  const changes = { who, flow: 'servicePrincipal', detail: { credential: 'key-1' } };
  assert.deepEqual(rules(check(changes, { information })), []);
  assert.deepEqual(rules(check({ ...changes, resource: 'Graph' }, { information })), [
    'check/no-policy-permits',
  ]);
  const other = { ...changes, detail: { credential: 'key-2' } };
  assert.deepEqual(rules(check(other, { information })), ['check/no-policy-permits']);
});

test('reports a single factor without vendor requirement, even if policy is undecided', () => {
  const detail = { factorPolicy: 'notApplied' } as const;
  assert.deepEqual(rules(check({ isMfa: false, detail })), [
    'check/factor',
    'check/baseline-scope',
  ]);
  assert.deepEqual(rules(check({ isMfa: true, detail })), []);
  assert.deepEqual(rules(check({ isMfa: null, detail })), []);
  assert.deepEqual(rules(check({ isMfa: false, detail, outcome: 'not in' })), []);
  const policies = POLICIES.replace('context.factor == "single"', 'context.factor == "none"');
  const who = { type: 'Person', id: 'eve' } as const;
  const eve = check({ isMfa: false, detail, who }, { information: policyInformationOf(policies) });
  assert.deepEqual([eve.state, rules(eve)], ['unverified', ['check/baseline-scope']]);
});

function passOf(id: string, fromMs: number, endedMs?: number): readonly Pass[] {
  const opened: PassOpening = {
    ...{
      v: 1,
      phase: 'opened',
      pass: id,
      tenant: REPORTED_TENANT,
      decision: 'd',
      enforcementPoint: 'eam',
    },
    ...{ principal: { type: 'user', id: 'ada' }, resource: { type: 'suite', id: 'suite' } },
    ...{ action: 'signIn', constraints: { address: null, device: null, app: null } },
    ...{ atMs: fromMs, expiresMs: fromMs + 8 * HOUR_MS },
  };
  const ended: PassEnding = {
    ...{ v: 1, phase: 'ended', pass: id, tenant: REPORTED_TENANT, by: 'cleo' },
    ...{ reason: 'stolen', atMs: endedMs ?? 0 },
  };
  const said = [{ index: 1, body: opened }];
  return passesOf(
    endedMs === undefined ? said : [...said, { index: 2, body: ended }],
    REPORTED_MS + 9 * HOUR_MS,
  );
}

test('reports a sign-in on an ended pass, with the reason', () => {
  const passes = passOf('p1', REPORTED_MS - HOUR_MS, REPORTED_MS - 1);
  assert.deepEqual(check({}, { passes }).disagreements, [
    {
      rule: 'check/ended-pass',
      text: 'The pass p1 had ended, and none was open (stolen).',
    },
  ]);
});

test('only a pass that ended before, without another open one, counts against a sign-in', () => {
  const ended = passOf('p1', REPORTED_MS - HOUR_MS, REPORTED_MS - 1);
  const rulesWith = (...passes: readonly (readonly Pass[])[]): readonly string[] =>
    rules(check({}, { passes: passes.flat() }));
  assert.deepEqual(rulesWith(ended), ['check/ended-pass']);
  assert.deepEqual(rulesWith(passOf('p2', REPORTED_MS - HOUR_MS)), []);
  assert.deepEqual(rulesWith(ended, passOf('p2', REPORTED_MS - HOUR_MS)), []);
  // A pass that opens later does not count, and an expired one says nothing.
  assert.deepEqual(rulesWith(ended, passOf('p2', REPORTED_MS + 1)), ['check/ended-pass']);
  assert.deepEqual(rulesWith(ended, passOf('p2', REPORTED_MS)), []);
  assert.deepEqual(rulesWith(passOf('p1', REPORTED_MS - 8 * HOUR_MS, REPORTED_MS - 1)), []);
  assert.deepEqual(rulesWith(passOf('p1', REPORTED_MS - 8 * HOUR_MS + 1, REPORTED_MS - 1)), [
    'check/ended-pass',
  ]);
  assert.deepEqual(rulesWith(passOf('p1', REPORTED_MS - HOUR_MS, REPORTED_MS + 1)), []);
  assert.deepEqual(rulesWith(passOf('p1', REPORTED_MS - HOUR_MS, REPORTED_MS)), [
    'check/ended-pass',
  ]);
});

test("recognizes the vendor's own services by their home tenant", () => {
  const home = (homeTenant: string | null): boolean =>
    isVendors(reported({ detail: { homeTenant } }));
  assert.ok(home('f8cdef31-a31e-4b4a-93e4-5f571e91255a'));
  assert.ok(home('72f988bf-86f1-41af-91ab-2d7cd011db47'));
  assert.ok(!home(REPORTED_TENANT) && !home(null) && !isVendors(reported({ detail: null })));
});
