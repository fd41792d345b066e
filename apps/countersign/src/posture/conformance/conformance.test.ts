import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { runs } from '../../../../../tools/property.ts';
import { type Conformance, compare, type TenantObservation } from './compare-tenant.ts';
import { type Description, descriptionText, parseDescription } from './emulator-description.ts';
import { type KindShape, RecordFormTable } from './record-form-table.ts';
import { kindOf } from './record-kind.ts';

const AUDIT = 'm365.activity/Audit.Exchange';

function shapesOf(...records: readonly object[]): KindShape[] {
  const book = new RecordFormTable();
  for (const record of records) book.add(AUDIT, record);
  return book.list();
}

function record(more: object = {}): object {
  return { RecordType: 2, Operation: 'Send', Size: 1, Item: { Subject: 'hush' }, ...more };
}

function compared(tenant: readonly object[], emulator: readonly object[]): Conformance {
  const none = { made: 'here', delays: [], errors: ['AF20022'] };
  const description: Description = { ...none, kinds: shapesOf(...emulator) };
  const seen: TenantObservation = { kinds: shapesOf(...tenant), delays: [], errors: new Map() };
  return compare(seen, description);
}

describe('the kind of a record', () => {
  test('is its type and operation, for all deliveries of an audit record', () => {
    const value = { RecordType: 8, Operation: 'Add user.' };
    for (const source of ['m365.activity/Audit.AzureActiveDirectory', EXPORT]) {
      assert.deepEqual(kindOf(source, value), { family: 'audit', kind: '8 Add user' });
    }
    const signIn = { signInEventTypes: ['nonInteractiveUser'] };
    assert.equal(kindOf('graph/signIns', signIn).kind, 'nonInteractiveUser');
    assert.equal(kindOf('graph/signIns', {}).kind, 'v1.0');
  });

  test('is never a name, an address or an id in place of an operation', () => {
    for (const odd of ['ada@example.org', '192.0.2.1', 'Delete plan 2024-03-05 of Ada', 7, null]) {
      const { kind } = kindOf(AUDIT, { RecordType: 1, Operation: odd });
      assert.match(kind, /^1 (?:\(not shown\)|none)$/, String(odd));
    }
  });
});

const EXPORT = 'm365.export/unified-audit-log';

describe('the form of records', () => {
  test('has the path of each field and the form of its values', () => {
    const [shape] = shapesOf(
      record({ Id: '5b1f4c0e-7d2a-4f6b-9c3d-2e8a61f0b794', List: [{ Name: 'x' }], At: null }),
      record({ At: '2026-03-02T09:00:00Z', Size: 1.5, Ip: '192.0.2.1', Json: '{"a":1}' }),
    );
    const forms = new Map(shape?.fields.map(({ field, forms: of }) => [field, of.join(' ')]));
    assert.equal(forms.get('Id'), 'guid');
    assert.equal(forms.get('At'), 'null time');
    assert.equal(forms.get('Size'), 'integer number');
    assert.equal(forms.get('Ip'), 'address');
    assert.equal(forms.get('Json'), 'json');
    assert.equal(forms.get('List[].Name'), 'text');
    assert.equal(forms.get('Item.Subject'), 'text');
  });

  test('holds no value, from any record or member name', () => {
    const secret = fc.constantFrom('ada@example.org', 'hush 4f6b', '192.0.2.77', 'Plan 1234567');
    const json = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        secret,
        fc.integer({ min: 7_000_000 }),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(fc.oneof(secret, fc.constantFrom('Name', 'Item')), tie('value')),
      ),
    }));
    fc.assert(
      fc.property(json.value, json.value, (a, b) => {
        const text = JSON.stringify(shapesOf({ RecordType: a, Operation: a, More: b }, { a, b }));
        assert.doesNotMatch(text, /example|hush 4|192\.0|1234567|[7-9]\d{6}/);
      }),
      runs(200),
    );
  });

  test('limits the depth and width of records', () => {
    let deep: unknown = 1;
    for (let depth = 0; depth < 500; depth++) deep = { a: deep };
    const wide = Object.fromEntries(Array.from({ length: 5000 }, (_, at) => [`f${at % 997}x`, at]));
    const [shape] = shapesOf(record({ deep, wide }));
    assert.ok((shape?.fields.length ?? 0) <= 1000);
  });
});

describe('comparing', () => {
  test('the same records are the same, and so is a subset', () => {
    assert.equal(compared([record()], [record(), record({ More: 1 })]).kinds[0]?.state, 'same');
  });

  test('a field or form that the emulator never makes is a difference', () => {
    const { kinds } = compared([record({ Extra: 'x', Size: 'big' })], [record()]);
    assert.equal(kinds[0]?.state, 'differs');
    assert.deepEqual(
      kinds[0]?.differences.map(({ field, in: where, tenant }) => [field, where, tenant.join()]),
      [
        ['Extra', 'tenant', 'text'],
        ['Size', 'both', 'text'],
      ],
    );
  });

  test('an empty text or a whole number is no difference', () => {
    const { kinds } = compared([record({ A: '', Size: 2 })], [record({ A: 'x', Size: 1.5 })]);
    assert.equal(kinds[0]?.state, 'same');
  });

  test('kinds on one side only are new or unseen', () => {
    const other = record({ Operation: 'Create' });
    const { kinds, unseen } = compared([record()], [other]);
    assert.equal(kinds[0]?.state, 'new');
    assert.deepEqual(unseen, [{ family: 'audit', kind: '2 Create' }]);
  });

  test('lists delays beside those of the family, and codes beside the known ones', () => {
    const delays = [{ source: AUDIT, n: 5, p50Ms: 60_000, p99Ms: 90_000 }];
    const errors = new Map([
      ['AF20022', 2],
      ['AF77777', 1],
      ['loop', 4],
    ]);
    const known = [{ source: 'm365.activity/', n: 9, p50Ms: 1, p99Ms: 2 }];
    const description = { made: '', kinds: [], delays: known, errors: ['AF20022'] };
    const found = compare({ kinds: [], delays, errors }, description);
    assert.deepEqual(found.delays[0]?.emulator, known[0]);
    assert.deepEqual(
      found.errors.map(({ code, emulator }) => `${code} ${emulator}`),
      ['AF20022 knows', 'AF77777 does not know'],
    );
  });
});

test('the description that ships with the program parses', () => {
  const file = join(import.meta.dirname, '../../../../../content/conformance/emulator.json');
  const text = readFileSync(file, 'utf8');
  const description = parseDescription(text);
  assert.ok(description.kinds.length > 50);
  assert.equal(descriptionText(description), text);
});
