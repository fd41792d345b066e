import assert from 'node:assert/strict';
import { test } from 'node:test';
import { actionUid, keyOfAction, parseSchema, type Schema } from './cedar-schema.ts';

function schema(text: string): Schema {
  const parsed = parseSchema(text);
  assert.ok(parsed.kind === 'schema', JSON.stringify(parsed));
  return parsed.schema;
}

const TEXT = `
type Home = { country: String, floor?: Long };
entity Group;
entity Device = { compliant: Bool };
entity Person in [Group] = {
  enabled: Bool, tries: Long, home?: Home, device?: Device, networks: Set<ipaddr>
};
action reads;
action looks in [reads];
action signIn in [looks] appliesTo {
  principal: [Person], resource: [Group], context: { factor: String, risk?: decimal }
};
namespace Suite {
  entity Mailbox;
  action open in [Action::"grouped"] appliesTo {
    principal: [Mailbox], resource: [Mailbox], context: {}
  };
  action grouped;
}
`;

test('resolves types, and distinguishes optional from required attributes', () => {
  const { entities, text } = schema(TEXT);
  assert.equal(text, TEXT);
  const person = entities.get('Person');
  assert.deepEqual(person?.memberOf, ['Group']);
  assert.deepEqual(Object.fromEntries(person?.attributes ?? []), {
    enabled: { type: { kind: 'Bool' }, presence: 'required' },
    tries: { type: { kind: 'Long' }, presence: 'required' },
    home: {
      type: {
        kind: 'Record',
        attributes: new Map([
          ['country', { type: { kind: 'String' }, presence: 'required' }],
          ['floor', { type: { kind: 'Long' }, presence: 'optional' }],
        ]),
      },
      presence: 'optional',
    },
    device: { type: { kind: 'Entity', name: 'Device' }, presence: 'optional' },
    networks: {
      type: { kind: 'Set', element: { kind: 'Extension', name: 'ipaddr' } },
      presence: 'required',
    },
  });
  assert.deepEqual(
    [entities.get('Group')?.attributes.size, entities.get('Group')?.memberOf],
    [0, []],
  );
});

test('an action has its principal types and all its groups, including indirect ones', () => {
  const signIn = schema(TEXT).actions.get('signIn');
  assert.deepEqual([signIn?.principals, signIn?.resources], [['Person'], ['Group']]);
  assert.deepEqual([...(signIn?.within ?? [])], ['signIn', 'looks', 'reads']);
  assert.deepEqual(Object.fromEntries(signIn?.context ?? []), {
    factor: { type: { kind: 'String' }, presence: 'required' },
    risk: { type: { kind: 'Extension', name: 'decimal' }, presence: 'optional' },
  });
});

test('qualifies names in a namespace', () => {
  const { entities, actions } = schema(TEXT);
  assert.ok(entities.has('Suite::Mailbox'));
  const open = actions.get('Suite::open');
  assert.deepEqual(open?.principals, ['Suite::Mailbox']);
  assert.deepEqual([...(open?.within ?? [])], ['Suite::open', 'Suite::grouped']);
});

test('the key of an action and its Cedar name convert into each other', () => {
  assert.deepEqual(actionUid('signIn'), { type: 'Action', id: 'signIn' });
  assert.deepEqual(actionUid('A::B::open'), { type: 'A::B::Action', id: 'open' });
  assert.equal(keyOfAction('Action', 'signIn'), 'signIn');
  assert.equal(keyOfAction('A::B::Action', 'open'), 'A::B::open');
});

test('an invalid schema gives problems with positions', () => {
  const parsed = parseSchema('entity A;\nentity');
  assert.ok(parsed.kind === 'problems');
  assert.ok((parsed.problems[0]?.offset ?? 0) > 9);
});
