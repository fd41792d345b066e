import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { treeOf } from './cedar-engine.ts';
import { constantsOf } from './policy-constants.ts';
import { readsOf, readText } from './policy-reads.ts';

function reads(condition: string, head = 'principal, action, resource'): readonly string[] {
  const { reads: all, unresolved } = readsOf(treeOf(`permit (${head}) when { ${condition} };`));
  assert.deepEqual(unresolved, []);
  return all.map(readText).sort();
}

describe('the reads of a policy', () => {
  for (const [condition, ...expected] of [
    ['true'],
    ['principal == resource'],
    ['principal.risk == "high"', 'principal.risk'],
    ['principal.home.country == "NO"', 'principal.home.country'],
    ['context.a && context.b || !context.c', 'context.a', 'context.b', 'context.c'],
    ['if context.a then context.b > 3 else principal.c', 'context.a', 'context.b', 'principal.c'],
    ['principal has risk && principal.risk like "h*"', 'principal.risk'],
    ['context has device.compliant', 'context.device.compliant'],
    ['["a", context.b].contains(context.c)', 'context.b', 'context.c'],
    ['{ x: context.a }.x == 3', 'context.a'],
    ['{ x: context.a } has x', 'context.a'],
    ['context.address.isInRange(ip("192.0.2.0/24"))', 'context.address'],
    ['principal in Group::"g"', 'principal in Group'],
    ['principal in [Group::"g", Role::"r"]', 'principal in Group', 'principal in Role'],
    ['principal in context.group', 'context.group', 'principal in *'],
    ['resource.owner in Group::"g"', 'resource.owner', 'resource.owner in Group'],
    ['principal is Person'],
    ['principal is Person in Group::"g"', 'principal in Group'],
    ['context.tags.containsAny(resource.tags)', 'context.tags', 'resource.tags'],
    ['-context.n < 3 && context.list.isEmpty()', 'context.list', 'context.n'],
  ] as const) {
    test(condition, () => {
      assert.deepEqual(reads(condition), expected);
    });
  }

  test('include its head', () => {
    assert.deepEqual(reads('true', 'principal in Group::"g", action, resource'), [
      'principal in Group',
    ]);
    assert.deepEqual(reads('true', 'principal is P in Group::"g", action, resource in App::"a"'), [
      'principal in Group',
      'resource in App',
    ]);
    assert.deepEqual(
      reads('true', 'principal == P::"a", action in Action::"x", resource is R'),
      [],
    );
  });

  for (const [condition, what] of [
    ['principal.hasTag("x")', 'a tag'],
    ['principal.getTag("x") == "y"', 'a tag'],
    [
      '(if context.a then principal else resource).risk == "x"',
      'the attribute risk of an expression',
    ],
    ['(if context.a then principal else resource) has risk', 'whether an expression has risk'],
    [
      '(if context.a then principal else resource) in Group::"g"',
      'the containers of an expression',
    ],
  ] as const) {
    test(`refuse a read that depends on evaluation: ${what}`, () => {
      const { unresolved } = readsOf(
        treeOf(`permit (principal, action, resource) when { ${condition} };`),
      );
      assert.deepEqual(unresolved, [what]);
    });
  }

  test('list each read once', () => {
    const { reads: all } = readsOf(
      treeOf('permit (principal, action, resource) when { context.a && context.a };'),
    );
    assert.equal(all.length, 1);
  });
});

describe('the constants of a policy', () => {
  const constants = (condition: string, head = 'principal, action, resource'): object => {
    const found = constantsOf([treeOf(`permit (${head}) when { ${condition} };`)]);
    return Object.fromEntries(
      [...found].map(([input, { values, containers }]) => [input, [...values, ...containers]]),
    );
  };

  for (const [condition, expected] of [
    ['context.a', { 'context.a': [true, false] }],
    ['!context.a && principal.b', { 'context.a': [true, false], 'principal.b': [true, false] }],
    ['context.a == "x"', { 'context.a': ['x'] }],
    ['"x" != context.a', { 'context.a': ['x'] }],
    ['context.a > 3', { 'context.a': [2, 3, 4] }],
    ['context.a <= 3 || 5 < context.a', { 'context.a': [2, 3, 4, 5, 6] }],
    ['["x", "y"].contains(context.a)', { 'context.a': ['x', 'y'] }],
    ['context.a.contains("x")', { 'context.a': [['x']] }],
    ['context has a', { 'context.a': [null] }],
    ['context has a.b', { 'context.a.b': [null] }],
    ['principal in Group::"g"', { 'principal in Group': ['g'] }],
    ['principal in [Group::"g", Group::"h"]', { 'principal in Group': ['g', 'h'] }],
    [
      'if context.a then context.b == 1 else false',
      { 'context.a': [true, false], 'context.b': [0, 1, 2] },
    ],
    ['context.a == principal.b', {}],
    ['context.a.b == "x"', { 'context.a.b': ['x'] }],
    ['(if context.a then 1 else 2) == 3', { 'context.a': [true, false] }],
    ['context.a == ip("192.0.2.7")', {}],
    ['principal in context.group', {}],
    ['principal in [Group::"g", context.group]', { 'principal in Group': ['g'] }],
    ['(if true then principal else resource) in Group::"g"', {}],
    ['principal == Person::"a"', {}],
  ] as const) {
    test(condition, () => {
      assert.deepEqual(constants(condition), expected);
    });
  }

  test('include its head', () => {
    assert.deepEqual(
      constants('true', 'principal in Group::"g", action, resource is App in Suite::"s"'),
      {
        'principal in Group': ['g'],
        'resource in Suite': ['s'],
      },
    );
    assert.deepEqual(constants('true', 'principal == P::"a", action, resource is R'), {});
  });
});
