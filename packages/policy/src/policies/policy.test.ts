import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { treeOf } from '../cedar/cedar-engine.ts';
import { parseSchema } from '../cedar/cedar-schema.ts';
import { actionsOf, takesType } from './policy.ts';

const parsed = parseSchema(`
  entity U; entity G;
  action all;
  action some in [all];
  action read in [some] appliesTo { principal: [U], resource: [G], context: {} };
  action write in [all] appliesTo { principal: [U], resource: [G], context: {} };
  action go appliesTo { principal: [U], resource: [G], context: {} };
  namespace Suite {
    entity M;
    action read appliesTo { principal: [M], resource: [M], context: {} };
  }
`);
assert.ok(parsed.kind === 'schema');
const { schema } = parsed;

describe('the actions that the head of a policy names', () => {
  for (const [head, ...expected] of [
    ['action', 'Suite::read', 'all', 'go', 'read', 'some', 'write'],
    ['action == Action::"read"', 'read'],
    // The group itself, and nothing in it.
    ['action == Action::"some"', 'some'],
    ['action in Action::"some"', 'read', 'some'],
    ['action in Action::"all"', 'all', 'read', 'some', 'write'],
    ['action in [Action::"some", Action::"go"]', 'go', 'read', 'some'],
    ['action in []'],
    ['action == Suite::Action::"read"', 'Suite::read'],
    ['action == Action::"absent"'],
  ] as const) {
    test(head, () => {
      const tree = treeOf(`permit (principal, ${head}, resource);`);
      assert.deepEqual([...actionsOf(tree, schema)].sort(), expected);
    });
  }
});

describe('the types that the head of a policy accepts', () => {
  for (const [head, ...expected] of [
    ['principal', 'G', 'U'],
    ['principal == U::"ada"', 'U'],
    ['principal is G', 'G'],
    ['principal is G in G::"a"', 'G'],
    // A member of a group may have any type.
    ['principal in G::"a"', 'G', 'U'],
  ] as const) {
    test(head, () => {
      const { principal } = treeOf(`permit (${head}, action, resource);`);
      assert.deepEqual(
        ['G', 'U'].filter((type) => takesType(principal, type)),
        expected,
      );
    });
  }

  test('a slot, which names no entity, accepts both', () => {
    assert.ok(takesType({ op: '==', slot: '?principal' }, 'U'));
  });
});
