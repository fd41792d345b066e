import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Attribute, CedarType } from './cedar-schema.ts';
import { isRecord, toTypedValue } from './typed-value.ts';

const BOOL: CedarType = { kind: 'Bool' };
const STRING: CedarType = { kind: 'String' };
const LONG: CedarType = { kind: 'Long' };
const IP: CedarType = { kind: 'Extension', name: 'ipaddr' };
const DECIMAL: CedarType = { kind: 'Extension', name: 'decimal' };
const DEVICE: CedarType = { kind: 'Entity', name: 'Device' };
const TEXTS: CedarType = { kind: 'Set', element: STRING };
const HOME: CedarType = {
  kind: 'Record',
  attributes: new Map<string, Attribute>([
    ['country', { type: STRING, presence: 'required' }],
    ['floor', { type: LONG, presence: 'optional' }],
  ]),
};

for (const [given, type, value] of [
  [true, BOOL, true],
  [false, BOOL, false],
  ['', STRING, ''],
  [-3, LONG, -3],
  [Number.MAX_SAFE_INTEGER, LONG, Number.MAX_SAFE_INTEGER],
  ['192.0.2.0/24', IP, { __extn: { fn: 'ip', arg: '192.0.2.0/24' } }],
  ['-1.5000', DECIMAL, { __extn: { fn: 'decimal', arg: '-1.5000' } }],
  ['laptop', DEVICE, { __entity: { type: 'Device', id: 'laptop' } }],
  [['a', 'b'], TEXTS, ['a', 'b']],
  [[], TEXTS, []],
  [{ country: 'NO', floor: 3 }, HOME, { country: 'NO', floor: 3 }],
  [{ country: 'NO', floor: null, more: 1 }, HOME, { country: 'NO' }],
] as const) {
  test(`${JSON.stringify(given)} is a value of ${type.kind}`, () => {
    assert.deepEqual(toTypedValue(given, type), { kind: 'value', value });
  });
}

for (const [given, type, what] of [
  ['true', BOOL, 'true or false'],
  [1, BOOL, 'true or false'],
  [1, STRING, 'text'],
  ['1', LONG, 'a whole number'],
  [1.5, LONG, 'a whole number'],
  [Number.MAX_SAFE_INTEGER + 1, LONG, 'a whole number'],
  ['here', IP, 'ipaddr'],
  [7, IP, 'ipaddr'],
  ['1', DECIMAL, 'decimal'],
  ['1.00000', DECIMAL, 'decimal'],
  ['x', { kind: 'Extension', name: 'datetime' }, 'of a type that no input has (datetime)'],
  [{ id: 'laptop' }, DEVICE, 'the id of a Device'],
  ['a', TEXTS, 'a list'],
  [['a', 1], TEXTS, 'a list, and of each item text'],
  [['a'], HOME, 'names and values'],
  [null, HOME, 'names and values'],
  [{ floor: 3 }, HOME, 'something with country'],
  [{ country: null }, HOME, 'something with country'],
  [{ country: 'NO', floor: 'third' }, HOME, 'something whose floor is a whole number'],
] as const) {
  test(`${JSON.stringify(given)} is not a value of ${type.kind}: ${what}`, () => {
    assert.deepEqual(toTypedValue(given, type), { kind: 'wrong', what });
  });
}

test('a record is an object, not a list', () => {
  assert.ok(isRecord({}));
  assert.ok(!isRecord([]) && !isRecord(null) && !isRecord('text') && !isRecord(undefined));
});
