import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  type CedarCall,
  CedarEngine,
  type CedarValueJson,
  type EntityJson,
  type Expr,
  type PolicyJson,
  type TypeAndId,
  treeOf,
} from './cedar-engine.ts';
import { PlainEntities } from './cedar-value.ts';
import { compilePolicies } from './compile-policies.ts';

const uid = (type: string, id: string): TypeAndId => ({ type, id });

const ENTITIES: EntityJson[] = [
  {
    uid: uid('U', 'ada'),
    attrs: { n: 3, friend: { __entity: uid('U', 'bob') }, home: { city: { name: 'Oslo' } } },
    parents: [uid('G', 'a')],
  },
  { uid: uid('U', 'bob'), attrs: {}, parents: [] },
  { uid: uid('G', 'a'), attrs: {}, parents: [uid('G', 'b')] },
];

const CALL: CedarCall = {
  principal: uid('U', 'ada'),
  action: uid('Action', 'go'),
  resource: uid('F', 'plan'),
  context: { text: 'a*b', set: [1, 2, 2], empty: [], yes: true, no: false },
  entities: ENTITIES,
};

/** Both engines' answers for a policy set, the official one first. */
function decide(...texts: readonly string[]) {
  const policies = Object.fromEntries(texts.map((text, at) => [`p${at}`, text]));
  const trees = Object.fromEntries(texts.map((text, at) => [`p${at}`, treeOf(text)]));
  const official = new CedarEngine(JSON.stringify(texts), policies).decide(CALL);
  const fast = compilePolicies(trees)?.(CALL);
  assert.deepEqual(fast, official);
  return official;
}

describe("each operator gives the official engine's answer at its edge cases", () => {
  for (const condition of [
    ...['!(3 < 3)', '!(4 < 3)', '!(4 <= 3)', '!(3 > 3)', '!(2 > 3)', '!(2 >= 3)'],
    ...['2 < 3', '3 <= 3', '2 <= 3', '4 > 3', '3 >= 3', '4 >= 3'],
    ...['2 + 3 == 5', '2 - 3 == -1', '2 * 3 == 6', '-(2 - 2) == 0 * -1', '-principal.n == -3'],
    ...['3 == 3', '3 != 4', '"a" != 1', '"1" != 1', 'true != 1', '[] == context.empty'],
    ...[
      '[1, 2] == [2, 1, 1]',
      '[1] != [1, 2]',
      '[1, 2] != [1]',
      '[1] != 1',
      '[[1], [2]] == [[2], [1]]',
    ],
    ...['{ a: 1 } == { a: 1 }', '{ a: 1 } != { a: 2 }', '{ a: 1 } != { b: 1 }'],
    ...['{ a: 1 } != { a: 1, b: 2 }', '{ a: 1, b: 2 } != { a: 1 }', '{ a: [] } != { a: {} }'],
    ...['principal == U::"ada"', 'principal != U::"bob"', 'principal != G::"ada"'],
    ...['principal != { a: 1 }', '{ a: 1 } != principal', '[principal] != principal'],
    ...['principal.friend == U::"bob"', 'principal.home.city.name == "Oslo"'],
    ...['true && true', 'true || false', 'false || true', '!(true && false)', '!(false || false)'],
    ...['!context.no', 'context.yes', 'if context.yes then true else false'],
    ...['if context.no then false else true', '!(if context.yes then false else true)'],
    ...['context.set.contains(2)', '!context.set.contains(3)', '!context.set.contains("1")'],
    ...['context.set.containsAll([2, 1])', '!context.set.containsAll([1, 3])'],
    ...['context.set.containsAll([])', 'context.set.containsAny([3, 1])'],
    ...['!context.set.containsAny([3, 4])', '!context.set.containsAny([])'],
    ...['context.empty.isEmpty()', '!context.set.isEmpty()'],
    ...['principal in U::"ada"', 'principal in G::"a"', 'principal in G::"b"'],
    ...['!(principal in G::"c")', '!(U::"eve" in G::"a")', '!(G::"a" in principal)'],
    ...['principal in [G::"c", G::"b"]', '!(principal in [G::"c"])', '!(principal in [])'],
    ...['principal is U', '!(principal is G)', 'principal is U in G::"b"'],
    ...['!(principal is U in G::"c")', '!(principal is G in G::"b")', 'principal is U in [G::"a"]'],
    ...['principal has n', '!(principal has m)', 'principal has home.city.name'],
    ...['!(principal has home.city.zip)', '!(principal has home.town.name)', '!(U::"eve" has n)'],
    ...['{ a: 1 } has a', '!({ a: 1 } has b)', '!(principal has toString)'],
    ...['{ a: 1, b: 2 }.b == 2', 'context.text like "a*"', 'context.text like "*b"'],
    ...['context.text like "a\\*b"', '!(context.text like "a\\*")', '!(context.text like "*a")'],
    ...['context.text like "*"', '!(context.text like "")', '"" like ""', '"" like "*"'],
    ...['"aa" like "a*a"', '!("a" like "a*a")', '"abab" like "*ab"', '!("aba" like "*ab")'],
    ...['"axbxc" like "a*b*c"', '!("acb" like "a*b*c")', '!("xa" like "a*")'],
  ]) {
    test(condition, () => {
      const when = (body: string) => `permit (principal, action, resource) when { ${body} };`;
      assert.equal(decide(when(condition)).decision, 'allow');
      assert.equal(decide(when(`!(${condition})`)).decision, 'deny');
      const unless = `permit (principal, action, resource) unless { ${condition} };`;
      assert.equal(decide(unless).decision, 'deny');
    });
  }
});

describe('the head of a policy is matched against the request', () => {
  for (const [head, isTaken] of [
    ['principal, action, resource', true],
    ['principal == U::"ada", action, resource', true],
    ['principal == U::"bob", action, resource', false],
    ['principal == G::"ada", action, resource', false],
    ['principal in G::"b", action, resource', true],
    ['principal in G::"c", action, resource', false],
    ['principal is U, action, resource', true],
    ['principal is G, action, resource', false],
    ['principal is U in G::"b", action, resource', true],
    ['principal is U in G::"c", action, resource', false],
    ['principal is G in G::"b", action, resource', false],
    ['principal, action == Action::"go", resource', true],
    ['principal, action == Action::"stay", resource', false],
    ['principal, action in Action::"go", resource', true],
    ['principal, action in [Action::"stay", Action::"go"], resource', true],
    ['principal, action in [Action::"stay"], resource', false],
    ['principal, action in [], resource', false],
    ['principal, action, resource == F::"plan"', true],
    ['principal, action, resource == F::"other"', false],
    ['principal, action, resource is F', true],
    ['principal, action, resource is U', false],
    ['principal, action, resource in F::"plan"', true],
    ['principal, action, resource in G::"a"', false],
    ['principal == U::"ada", action == Action::"go", resource is U', false],
  ] as const) {
    test(`(${head}): ${isTaken ? 'applies' : 'does not apply'}`, () => {
      assert.equal(decide(`permit (${head});`).decision, isTaken ? 'allow' : 'deny');
    });
  }

  test('every condition must hold', () => {
    const both = (first: boolean, second: boolean): string =>
      decide(`permit (principal, action, resource) when { ${first} } unless { ${second} };`)
        .decision;
    assert.deepEqual(
      [both(true, false), both(true, true), both(false, false), both(false, true)],
      ['allow', 'deny', 'deny', 'deny'],
    );
  });
});

describe('leaves values that only the official engine supports to it', () => {
  const ip = { __extn: { fn: 'ip', arg: '192.0.2.7' } };
  const fast = (condition: string, more: Partial<CedarCall>) =>
    compilePolicies({
      p: treeOf(`permit (principal, action, resource) when { ${condition} };`),
    })?.({ ...CALL, ...more });

  // Two spellings of one address are equal; a text comparison would not see that.
  for (const [where, context] of [
    ['by itself', { a: ip }],
    ['in a list', { a: [1, ip] as CedarValueJson[] }],
    ['in a record', { a: { b: ip } }],
  ] as const) {
    test(`an address ${where}`, () => {
      assert.equal(fast('context.a != 1', { context }), undefined);
    });
  }

  test('an address of a principal, only if a policy reads it', () => {
    const entities = [{ uid: CALL.principal, attrs: { ip, n: 3 }, parents: [] }];
    assert.equal(fast('principal.ip != 1', { entities }), undefined);
    assert.equal(fast('principal.n == 3', { entities })?.decision, 'allow');
  });

  test('a number beyond doubles', () => {
    assert.equal(fast('true', { context: { a: 2 ** 53 } }), undefined);
    assert.equal(fast('true', { context: { a: [1.5] } }), undefined);
    assert.equal(fast('true', { context: { a: 2 ** 53 - 1 } })?.decision, 'allow');
  });
});

test('handles groups that contain each other', () => {
  const entities = new PlainEntities([
    { uid: uid('G', 'a'), attrs: {}, parents: [uid('G', 'b'), uid('G', 'a')] },
    { uid: uid('G', 'b'), attrs: {}, parents: [uid('G', 'a'), uid('G', 'c')] },
  ]);
  const isIn = (inner: string, outer: string) => entities.isIn(uid('G', inner), uid('G', outer));
  assert.deepEqual([isIn('a', 'c'), isIn('b', 'b'), isIn('a', 'd')], [true, true, false]);
});

test('one forbid overrides any permits, and each deciding policy is named', () => {
  const permit = 'permit (principal, action, resource);';
  const forbid = 'forbid (principal is U, action, resource);';
  const other = 'forbid (principal is G, action, resource);';
  assert.deepEqual(decide(permit, other, permit).satisfied, ['p0', 'p2']);
  assert.deepEqual(decide(permit, forbid, other, forbid), {
    ...{ decision: 'deny', satisfied: ['p1', 'p3'], errors: [] },
  });
  assert.deepEqual(decide(other), { decision: 'deny', satisfied: [], errors: [] });
  assert.deepEqual(decide(), { decision: 'deny', satisfied: [], errors: [] });
});

describe('leaves a tree to the official engine', () => {
  const all = { op: 'All' } as const;
  const policy = (more: Partial<PolicyJson>): PolicyJson => ({
    ...{ effect: 'permit', principal: all, action: all, resource: all, conditions: [], ...more },
  });
  const whenOf = (body: string): PolicyJson =>
    policy({ conditions: [{ kind: 'when', body: JSON.parse(body) as Expr }] });
  const slot = '?principal';
  for (const [name, tree] of [
    ['with a slot', policy({ principal: { op: '==', slot } })],
    ['with a slot that something is in', policy({ principal: { op: 'in', slot } })],
    [
      'with a slot that something of a type is in',
      policy({ principal: { op: 'is', entity_type: 'U', in: { slot } } }),
    ],
    ['with an operator that only it has', whenOf('{"isInRange":[]}')],
    ['with a number beyond doubles', whenOf(`{"Value":${2 ** 53}}`)],
    ['with a missing value', whenOf('{"Value":null}')],
  ] as const) {
    test(name, () => {
      assert.equal(compilePolicies({ tree, fine: policy({}) }), undefined);
    });
  }

  for (const condition of [
    ...['principal.m', '"a" < 1', '1 && true', 'true && 1', '!1', '-"a" == 1', '1.x', '[].x'],
    ...['if 1 then true else true', '"a".contains(1)', '[1].containsAll(1)', '1.isEmpty()'],
    ...['1 like "a"', '1 in G::"a"', 'principal in 1', 'principal in [G::"a", 1]', '1 is U'],
    ...['9007199254740991 + 1 > 0', '9007199254740991 * 2 > 0', '-9007199254740991 - 1 < 0'],
    ...['context.text', 'principal in G::"a" && context.nothing', '1 has x'],
  ]) {
    test(`leaves a request to it that causes an error: ${condition}`, () => {
      const tree = treeOf(`permit (principal, action, resource) when { ${condition} };`);
      assert.equal(compilePolicies({ tree })?.(CALL), undefined);
      // Even if another policy already decides: a failing policy is always reported.
      const forbid = treeOf('forbid (principal, action, resource);');
      assert.equal(compilePolicies({ tree, forbid })?.(CALL), undefined);
    });
  }
});
