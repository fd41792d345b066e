import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { PolicyError } from '../errors.ts';
import { POLICIES_MAX, SLICES_KEPT_MAX } from '../limits.ts';
import { checkPolicies } from './check-policies.ts';
import { definitionOf, enforcementPointOf } from './enforcement-point.ts';
import { type PolicyProblem, problemText } from './policy-problem.ts';
import { PolicySet } from './policy-set.ts';

const SCHEMA = `
entity Group;
entity Person in [Group] = { enabled: Bool, risk: String };
entity Workload = { registered: Bool };
entity Suite;
entity App = { sensitivity: String };
action reads;
action signIn in [reads] appliesTo {
  principal: [Person, Workload], resource: [Suite, App], context: { factor: String }
};
action open in [reads] appliesTo { principal: [Person], resource: [App], context: {} };
action close appliesTo { principal: [Person], resource: [App], context: {} };
`;

function source(text: string, more: Partial<Parameters<typeof PolicySet.parse>[0]> = {}) {
  const policies = [{ file: 'a.cedar', text }];
  return { schema: { file: 's.cedarschema', text: SCHEMA }, policies, ...more };
}

function policy(id: string, head = 'principal, action, resource', more = ''): string {
  return `@id("${id}") @sentence("S.") @enforcement_points("eam")${more} permit (${head});\n`;
}

function problems(text: string, more = {}): readonly string[] {
  try {
    PolicySet.parse(source(text, more));
  } catch (error) {
    assert.ok(error instanceof PolicyError && error.code === 'POLICY_INVALID');
    return (error.data['problems'] as readonly PolicyProblem[]).map(problemText);
  }
  return [];
}

describe('a policy set', () => {
  test('reads each policy with its position, enforcement points and obligations', () => {
    const text = `${policy('b')}\n@id("a")\n@sentence("A.")
@enforcement_points("eam, check") @obligations("x y,z")
forbid (principal is Person, action == Action::"open", resource)
when { principal.risk == "high" };`;
    const { policies } = PolicySet.parse(source(text));
    const [a, b] = policies;
    assert.deepEqual([a?.id, b?.id], ['a', 'b']);
    assert.deepEqual([a?.effect, b?.effect], ['forbid', 'permit']);
    assert.deepEqual(
      [a?.sentence, a?.enforcementPoints, b?.enforcementPoints],
      ['A.', ['eam', 'check'], ['eam']],
    );
    assert.deepEqual([a?.obligations, b?.obligations], [['x', 'y', 'z'], []]);
    assert.deepEqual(
      [a?.place, b?.place],
      [
        { file: 'a.cedar', line: 3, column: 1 },
        { file: 'a.cedar', line: 1, column: 1 },
      ],
    );
    assert.deepEqual(a?.reads, [{ root: 'principal', path: ['risk'] }]);
    assert.equal(a?.entra, undefined);
  });

  test('gives two identical policies their own positions', () => {
    const text = `${policy('a')}${policy('a')}`;
    assert.deepEqual(problems(text), [
      'a.cedar:2:1: the id a is also used at a.cedar:1: choose another id',
    ]);
  });

  test("keeps the vendor's part of a policy, and refuses one that no vendor supports", () => {
    const { policies } = PolicySet.parse(source(policy('a', undefined, ' @entra("people mfa")')));
    assert.deepEqual(policies[0]?.entra, { who: 'people', when: undefined, must: 'mfa' });
    const [problem, ...more] = problems(policy('a', undefined, ' @entra("everybody mfa")'));
    assert.match(problem ?? '', /^a\.cedar:1:1: .*write one of people/);
    assert.deepEqual(more, []);
  });

  test('names every annotation that a policy lacks', () => {
    const bare = 'permit (principal, action, resource);';
    assert.deepEqual(problems(bare), [
      'a.cedar:1:1: a policy without @id("…") and @sentence("…") and ' +
        '@enforcement_points("…"): ' +
        'write it above the policy',
    ]);
    assert.deepEqual(problems(`@id("a") @sentence(" ") @enforcement_points("eam") ${bare}`), [
      'a.cedar:1:1: a policy without @sentence("…"): write it above the policy',
    ]);
  });

  test('refuses reads that depend on evaluation', () => {
    const text = policy('a').replace(';', ' when { principal.hasTag("x") };');
    const [first] = problems(text);
    assert.match(
      first ?? '',
      /:1:1: the policy a reads a tag, and Countersign cannot determine its inputs: read attri/,
    );
  });

  test('refuses templates, and says what to write', () => {
    const found = problems(
      '@id("a") @sentence("S.") @enforcement_points("eam") ' +
        'permit (principal == ?principal, action, resource);',
    );
    assert.ok(
      found.some((text) => text.includes('a template with a slot: write a policy without slots')),
    );
  });

  test('locates syntax errors, and policies that do not match the schema', () => {
    const [syntax] = problems(`${policy('a')}permit (principal`);
    assert.match(syntax ?? '', /^a\.cedar:2:\d+: /);
    const [wrong] = problems(
      `${policy('a')}${policy('b').replace(';', '\nwhen { principal.color == "red" };')}`,
    );
    assert.match(wrong ?? '', /^a\.cedar:3:\d+: .*color/s);
    const [schema] = problems(policy('a'), { schema: { file: 's.cedarschema', text: 'entity ;' } });
    assert.match(schema ?? '', /^s\.cedarschema:1:\d+: /);
  });

  test('has at most the maximum number of policies', () => {
    const many = (count: number): string =>
      Array.from({ length: count }, (_, at) => policy(`p${at}`)).join('');
    const [only, ...more] = problems(many(POLICIES_MAX + 1)).filter((text) =>
      text.includes('maximum'),
    );
    assert.match(only ?? '', /the set has 2001 policies: the maximum is 2000$/);
    assert.equal(more.length, 0);
  });

  test('has one version for any order, and another version if it decides differently', () => {
    const version = (text: string, more = {}): string =>
      PolicySet.parse(source(text, more)).version;
    const both = version(policy('a') + policy('b'));
    assert.match(both, /^[0-9a-f]{64}$/);
    assert.equal(version(policy('b') + policy('a')), both);
    assert.equal(
      version('', {
        policies: [policy('b'), policy('a')].map((text, at) => ({ file: `${at}.cedar`, text })),
      }),
      both,
    );
    assert.notEqual(version(policy('a')), both);
    assert.notEqual(
      version(policy('a') + policy('b'), {
        schema: { file: 's', text: `${SCHEMA}\nentity More;` },
      }),
      both,
    );
    const point = enforcementPointOf({
      name: 'own',
      sentence: 'Ours.',
      when: 'before',
      supplies: [],
      types: {},
    });
    assert.notEqual(version(policy('a') + policy('b'), { points: [point] }), both);
    assert.equal(version(policy('a') + policy('b'), { points: [] }), both);
  });

  test("accepts the company's own enforcement points besides the built-in ones", () => {
    const point = enforcementPointOf({
      name: 'own',
      sentence: 'Ours.',
      when: 'before',
      supplies: [],
      types: {},
    });
    const set = PolicySet.parse(source(policy('a'), { points: [point] }));
    assert.equal(set.points.get('own'), point);
    assert.equal(set.points.get('eam')?.when, 'before');
  });
});

describe('a slice', () => {
  const text = [
    policy('all'),
    policy('other').replace('"eam"', '"check"'),
    policy('one', 'principal, action == Action::"open", resource'),
    policy('some', 'principal, action in [Action::"open", Action::"close"], resource'),
    policy('group', 'principal, action in Action::"reads", resource'),
    policy('people', 'principal is Person, action, resource'),
    policy('inside', 'principal is Person in Group::"g", action, resource'),
    policy('member', 'principal in Group::"g", action, resource'),
    policy('ada', 'principal == Person::"ada", action, resource'),
    policy('apps', 'principal, action, resource is App'),
  ].join('');
  const set = PolicySet.parse(source(text));
  const slice = (action: string, principal: string, resource: string, enforcementPoint = 'eam') =>
    set.slice({ enforcementPoint, action, principal, resource });
  const ids = (...of: Parameters<typeof slice>): string => [...slice(...of).byId.keys()].join(' ');

  test('has the policies whose heads match, and none of another enforcement point', () => {
    assert.equal(ids('signIn', 'Person', 'Suite'), 'ada all group inside member people');
    assert.equal(ids('signIn', 'Workload', 'Suite'), 'all group member');
    assert.equal(ids('open', 'Person', 'App'), 'ada all apps group inside member one people some');
    assert.equal(ids('close', 'Person', 'App'), 'ada all apps inside member people some');
    assert.equal(ids('signIn', 'Person', 'Suite', 'check'), 'other');
    assert.equal(ids('signIn', 'Person', 'Suite', 'authzen'), '');
  });

  test('is built once, with everything that its policies read, in one order', () => {
    const first = slice('open', 'Person', 'App');
    assert.equal(slice('open', 'Person', 'App'), first);
    assert.notEqual(slice('close', 'Person', 'App'), first);
    assert.deepEqual(
      first.reads.map(({ name }) => name),
      ['principal in Group'],
    );
    for (let at = 0; at <= SLICES_KEPT_MAX; at++) slice('open', `Made${at}`, 'App');
    const again = slice('open', 'Person', 'App');
    assert.notEqual(again, first, 'invented types clear the cache');
    assert.equal([...again.byId.keys()].join(), [...first.byId.keys()].join());
  });
});

describe('a policy at its enforcement points', () => {
  const check = (text: string, more = {}): readonly string[] =>
    checkPolicies(source(text, more)).problems.map(problemText);
  const when = (id: string, condition: string, points = 'eam'): string =>
    `@id("${id}") @sentence("S.") @enforcement_points("${points}")
permit (principal is Person, action == Action::"signIn", resource) when { ${condition} };\n`;

  test('is valid if they supply what it reads', () => {
    const text = when(
      'a',
      'principal.enabled && context.factor == "multi" && principal in Group::"g"',
    );
    const checked = checkPolicies(source(text + when('b', 'principal.risk == "low"')));
    assert.deepEqual(checked.problems, []);
    assert.deepEqual(checked.policies, ['a', 'b']);
    assert.equal(
      checked.version,
      PolicySet.parse(source(text + when('b', 'principal.risk == "low"'))).version,
    );
  });

  test('reads from each type what that type has', () => {
    const head = 'principal, action == Action::"signIn", resource';
    const condition = 'principal is Person && principal.enabled';
    assert.deepEqual(check(policy('a', head).replace(';', ` when { ${condition} };`)), []);
  });

  test('is refused at an unknown enforcement point', () => {
    assert.deepEqual(check(when('a', 'principal.enabled', 'window')), [
      'a.cedar:1:1: the policy a is bound to window, not an enforcement point: ' +
        'write one of eam, authzen, forward-auth, check',
    ]);
  });

  test('is refused, with the fix, if an enforcement point cannot state what it reads', () => {
    const schema = {
      file: 's.cedarschema',
      text: `
entity Team;
entity Person in [Team] = { enabled: Bool, title: String, device: Device };
entity Device = { compliant: Bool, color: String };
entity Suite = { level: Long };
action signIn appliesTo {
  principal: [Person], resource: [Suite],
  context: { app: String, device: Device, time: Long, networks: Set<String> }
};`,
    };
    const lacks = (condition: string): string => {
      const [first, ...more] = check(when('a', condition), { schema });
      assert.equal(more.length, 0, more.join('\n'));
      return (
        /reads (.*), which the enforcement point eam cannot supply/.exec(first ?? '')?.[1] ??
        String(first)
      );
    };
    assert.equal(lacks('context.app == "x"'), 'context.app');
    assert.equal(lacks('principal.title == "x"'), 'principal.title');
    assert.equal(lacks('principal in Team::"t"'), 'principal in Team');
    assert.equal(lacks('resource.level > 3'), 'resource.level');
    assert.equal(lacks('context.device.color == "red"'), 'context.device.color');
    assert.equal(lacks('principal.device.compliant'), 'principal.device.compliant');
    for (const fine of ['principal.enabled', 'context.device.compliant', 'context.time > 3']) {
      assert.deepEqual(check(when('a', fine), { schema }), [], fine);
    }
    assert.deepEqual(check(when('a', 'context.networks.contains("x")'), { schema }), []);
    const [first] = check(when('a', 'context.app == "x"'), { schema });
    assert.match(
      first ?? '',
      /: remove eam from its @enforcement_points, .* what it states \(address, factor, device\)$/,
    );
    const own = enforcementPointOf({
      name: 'own',
      sentence: 'O.',
      when: 'before',
      supplies: ['context.app', 'principal.title'],
      types: {},
    });
    // The enforcement point's input leads to the directory's facts about it, and to nothing else.
    const devices = enforcementPointOf({ ...definitionOf(own), supplies: ['principal.device'] });
    const of = (condition: string) =>
      check(when('a', condition, 'own'), { schema, points: [devices] });
    assert.deepEqual(of('principal.device.compliant'), []);
    assert.match(of('principal.device.color == "red"').join(), /reads principal\.device\.color,/);
    const both = when('a', 'context.app == "x" && principal.title == "y"', 'own');
    assert.deepEqual(check(both, { schema, points: [own] }), []);
  });

  test('is reported without a version if it is invalid', () => {
    const checked = checkPolicies(source('permit (principal, action, resource);'));
    assert.deepEqual([checked.policies, checked.version], [[], undefined]);
    assert.equal(checked.problems.length, 1);
  });
});
