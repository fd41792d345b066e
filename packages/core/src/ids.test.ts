import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { runs } from '../../../tools/property.ts';
import { isGuid, lowerGuid, OWN_TENANT, TENANT_NOT_STATED, tenantId, tenantOf } from './ids.ts';

const GUID = '8D4121ED-0008-406D-BFF9-0D5BB312183C';

test('accepts a GUID in any case and stores it in lower case', () => {
  assert.equal(tenantId(GUID), GUID.toLowerCase());
  assert.equal(tenantOf(GUID), GUID.toLowerCase());
  const property = fc.property(fc.uuid(), (id) => {
    assert.ok(isGuid(id));
    assert.equal(tenantId(id.toUpperCase()), id);
  });
  fc.assert(property, runs(200));
});

test('reads a GUID as a regular expression does', () => {
  const form = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
  const almost = fc
    .tuple(fc.uuid(), fc.nat(35), fc.constantFrom(...'0aAfFgG@`/:-.{\u00e9\u0130\u0430\ud83d', ''))
    .map(([id, at, char]) => id.slice(0, at) + char + id.slice(at + 1));
  const property = fc.property(almost, (text) => {
    assert.equal(lowerGuid(text), form.test(text) ? text.toLowerCase() : undefined);
  });
  fc.assert(property, runs(2000));
});

for (const text of [
  '',
  '-',
  'contoso.example',
  `{${GUID}}`,
  ` ${GUID}`,
  `${GUID}\n`,
  GUID.replaceAll('-', ''),
  GUID.replace('8', 'g'),
  '8D4121ED00-08-406D-BFF9-0D5BB312183C',
]) {
  test(`refuses ${JSON.stringify(text)} as a tenant id`, () => {
    assert.ok(!isGuid(text));
    assert.throws(() => tenantId(text), { name: 'InputError', code: 'INVALID_TENANT' });
    assert.equal(tenantOf(text), TENANT_NOT_STATED);
  });
}

test('reads anything but text as "not stated"', () => {
  for (const value of [undefined, null, 7, {}, [GUID], true]) {
    assert.equal(tenantOf(value), TENANT_NOT_STATED);
  }
});

test('the own tenant id differs from every tenant id', () => {
  assert.ok(!isGuid(OWN_TENANT));
  assert.notEqual(OWN_TENANT, TENANT_NOT_STATED);
});
