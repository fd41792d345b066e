import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { generateTable } from '../../../../tools/generate-ocsf-table.ts';
import {
  publishedFolder,
  publishedIsHere,
  SKIP_REASON,
} from '../../../../tools/testing/published-ocsf.ts';
import { classes, validate } from './event-schema.ts';

test("the class table is the generator's output for the published definitions", (t) => {
  if (!publishedIsHere) return t.skip(SKIP_REASON);
  const written = readFileSync(join(import.meta.dirname, 'class-table.ts'), 'utf8');
  assert.equal(generateTable(publishedFolder), written);
});

test('the class table has the required attributes of OCSF 1.8.0', () => {
  const required = (uid: number): string[] =>
    [...(classes.get(uid)?.attributes ?? [])]
      .filter(([, attribute]) => attribute.isRequired)
      .map(([name]) => name)
      .filter((name) => !BASE.includes(name));
  assert.deepEqual(required(3002), ['user']);
  assert.deepEqual(classes.get(3002)?.atLeastOne, ['service', 'dst_endpoint']);
  assert.deepEqual(required(3005), ['privileges', 'user']);
  assert.deepEqual(required(4009), ['direction_id', 'email']);
  assert.deepEqual(required(6001), ['web_resources']);
  assert.deepEqual(required(6003).sort(), ['actor', 'api', 'src_endpoint']);
  assert.deepEqual(required(6006).sort(), ['actor', 'file', 'src_endpoint']);
});

const BASE = [
  'activity_id',
  'category_uid',
  'class_uid',
  'metadata',
  'severity_id',
  'time',
  'type_uid',
];

const VALID = {
  activity_id: 1,
  category_uid: 3,
  class_uid: 3002,
  type_uid: 300201,
  severity_id: 1,
  time: 0,
  metadata: { version: '1.8.0', product: { name: 'x' } },
  user: { name: 'ada' },
  service: { name: 's' },
};

test('accepts the smallest valid authentication event', () => {
  assert.deepEqual(validate(VALID), []);
});

for (const [flaw, event, path] of [
  ['without a required attribute', { ...VALID, time: undefined, user: undefined }, 'time'],
  ['without any of the attributes of which one is required', { ...VALID, service: undefined }, ''],
  ['with an attribute of no class', { ...VALID, password: 'x' }, 'password'],
  [
    'with an activity outside the enumeration',
    { ...VALID, activity_id: 55, type_uid: 300255 },
    'activity_id',
  ],
  ['with a type that is not class and activity', { ...VALID, type_uid: 300202 }, 'type_uid'],
  ['with a fractional time', { ...VALID, time: 1.5 }, 'time'],
  ['with an invalid address', { ...VALID, src_endpoint: { ip: '1.2.3' } }, 'src_endpoint.ip'],
  ['with an object in place of a text', { ...VALID, message: {} }, 'message'],
  ['with one value in place of a list', { ...VALID, observables: { type_id: 1 } }, 'observables'],
  [
    'of another version',
    { ...VALID, metadata: { ...VALID.metadata, version: '1.1.0' } },
    'metadata.version',
  ],
  ['with a profile that is not applied', { ...VALID, device: { type_id: 0 } }, 'device'],
] as const) {
  test(`refuses an event ${flaw}`, () => {
    const { ...stated } = Object.fromEntries(
      Object.entries(event).filter(([, value]) => value !== undefined),
    );
    assert.ok(
      validate(stated).some((problem) => problem.path === path),
      JSON.stringify(validate(stated)),
    );
  });
}

test('refuses a value that is not an event', () => {
  for (const value of [null, 1, 'x', [], {}, { class_uid: 1 }]) {
    assert.equal(validate(value).length, 1);
  }
});
