import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { runs } from '../../../tools/property.ts';
import { withNestedMembers } from './nested-members.ts';

test('nests flattened members again', () => {
  assert.deepEqual(
    withNestedMembers({
      id: 'a',
      'status.errorCode': '50126',
      'initiatedBy/user/id': 'u',
      'location[countryOrRegion]': 'NO',
      deviceDetail_deviceId: 'd',
    }),
    {
      id: 'a',
      status: { errorCode: '50126' },
      initiatedBy: { user: { id: 'u' } },
      location: { countryOrRegion: 'NO' },
      deviceDetail: { deviceId: 'd' },
    },
  );
});

test('numbers in a name are list indexes', () => {
  assert.deepEqual(
    withNestedMembers({
      'Actor.0.ID': 'a',
      'Actor.1.ID': 'b',
      'Actor.2.ID': '',
      'Target[0].ID': 'c',
      'Folders.0.FolderItems.1.Id': 'second',
    }),
    {
      Actor: [{ ID: 'a' }, { ID: 'b' }],
      Target: [{ ID: 'c' }],
      Folders: [{ FolderItems: [{ Id: 'second' }] }],
    },
  );
});

test("a search tool's columns of values become one list of objects", () => {
  const expected = {
    Parameters: [
      { Name: 'ForwardTo', Value: 'x@y.example' },
      { Name: 'Name', Value: '.' },
    ],
  };
  assert.deepEqual(
    withNestedMembers({
      'Parameters{}.Name': ['ForwardTo', 'Name'],
      'Parameters{}.Value': ['x@y.example', '.'],
    }),
    expected,
  );
  assert.deepEqual(
    withNestedMembers({
      'Parameters{}.Name': 'ForwardTo\nName',
      'Parameters{}.Value': 'x@y.example\n.',
    }),
    expected,
  );
  assert.deepEqual(withNestedMembers({ 'signInEventTypes{}': 'interactiveUser' }), {
    signInEventTypes: ['interactiveUser'],
  });
});

test('keeps a member that is already nested, and names that only look flattened', () => {
  const whole = { status: '{"errorCode":0}', 'status.errorCode': '1' };
  assert.deepEqual(withNestedMembers(whole), { ...whole });
  const plain = {
    '@odata.type': '#x',
    'Date (UTC)': 'x',
    UserId_: 'u',
    Logon_Type: '0',
    'a. b': 1,
  };
  assert.equal(withNestedMembers(plain), plain);
});

test('drops an empty member', () => {
  assert.deepEqual(withNestedMembers({ status: '', 'status.errorCode': '1' }), {
    status: { errorCode: '1' },
  });
});

test('hostile names reach no prototype and create no endless list', () => {
  const hostile = {
    '__proto__.polluted': 'x',
    'a.__proto__.polluted': 'x',
    'constructor.prototype.polluted': 'x',
    'list.999999999': 'x',
    [`${'a.'.repeat(500)}b`]: 'x',
  };
  withNestedMembers(hostile);
  assert.equal(({} as Record<string, unknown>)['polluted'], undefined);
});

test('a record without a list comes back as it was before flattening', () => {
  const name = fc.stringMatching(/^[a-zA-Z]{1,8}$/);
  const { tree } = fc.letrec((tie) => ({
    leaf: fc.oneof(fc.string({ minLength: 1 }), fc.integer(), fc.boolean()),
    tree: fc.dictionary(name, fc.oneof({ depthSize: 'small' }, tie('leaf'), tie('tree')), {
      minKeys: 1,
      noNullPrototype: true,
    }),
  }));
  const property = fc.property(tree, fc.constantFrom('.', '/'), (value, separator) => {
    const flat: Record<string, unknown> = {};
    const walk = (from: object, path: string): void => {
      for (const [key, inner] of Object.entries(from)) {
        const at = path === '' ? key : `${path}${separator}${key}`;
        if (typeof inner === 'object') walk(inner as object, at);
        else flat[at] = inner;
      }
    };
    walk(value as object, '');
    assert.deepEqual(withNestedMembers(flat), value);
  });
  fc.assert(property, runs(200));
});
