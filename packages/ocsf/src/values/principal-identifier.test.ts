import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMemo } from './memo.ts';
import {
  ADMIN,
  guid,
  identifier,
  identify,
  isAddress,
  SERVICE,
  SYSTEM,
  typeOfUserType,
  USER,
} from './principal-identifier.ts';

const GUID = 'c0ffee00-0000-4000-8000-000000000001';

for (const [written, expected] of [
  ['Ada@Example.org', { name: 'ada@example.org' }],
  ['  Ada@Example.org ', { name: 'ada@example.org' }],
  [
    'bob_example.net#EXT#@contoso.onmicrosoft.com',
    { name: 'bob_example.net#ext#@contoso.onmicrosoft.com' },
  ],
  ['live.com#bob@example.net', { name: 'bob@example.net' }],
  [GUID.toUpperCase(), { uid: GUID }],
  [`ServicePrincipal_${GUID}`, { uid: GUID, type: SERVICE }],
  [`User_${GUID}`, { uid: GUID, type: USER }],
  ['10032002643F6746', { puid: '10032002643F6746' }],
  [
    '10032002643f6746@contoso.onmicrosoft.com',
    { name: '10032002643f6746@contoso.onmicrosoft.com', puid: '10032002643F6746' },
  ],
  [
    'i:0h.f|membership|10032002643f6746@live.com',
    { puid: '10032002643F6746', name: '10032002643f6746@live.com' },
  ],
  ['i:0#.f|membership|Ada@Example.org', { name: 'ada@example.org' }],
  [
    `i:0i.t|00000003-0000-0ff1-ce00-000000000000|${GUID}@7c0f5a3e-0000-4000-8000-00000000c0de`,
    { uid: GUID, type: SERVICE },
  ],
  [
    'i:0i.t|00000003-0000-0ff1-ce00-000000000000|app@sharepoint',
    { name: 'app@sharepoint', type: SERVICE },
  ],
  ['S-1-5-21-1-2-3-4', { sid: 'S-1-5-21-1-2-3-4' }],
  [
    'NT AUTHORITY\\SYSTEM (Microsoft.Exchange.ServiceHost)',
    { name: 'nt authority\\system', type: SYSTEM },
  ],
  ['SHAREPOINT\\system', { name: 'sharepoint\\system', type: SYSTEM }],
  ['app@sharepoint', { name: 'app@sharepoint', type: SERVICE }],
  ['Certificate', { name: 'certificate', type: SERVICE }],
  ['urn:spo:anon#0a1B', { name: 'urn:spo:anon#0a1b' }],
  ['Not Available', {}],
  ['Unknown', {}],
  ['', {}],
  ['00000000-0000-0000-0000-000000000000', {}],
] as const) {
  test(`"${written}" says ${JSON.stringify(expected)}`, () => {
    const nobody = { name: null, uid: null, puid: null, sid: null, type: 0 };
    assert.deepEqual(identify(written, createMemo()), { ...nobody, ...expected });
  });
}

test('reads user types as number, text and name', () => {
  for (const [written, type] of [
    [0, USER],
    [2, ADMIN],
    ['Regular', USER],
    ['DcAdmin', SYSTEM],
    ['5', SERVICE],
    ['ServicePrincipal', SERVICE],
    [99, 0],
    ['', 0],
    [null, 0],
    [[], 0],
    [-1, 0],
    [1.5, 0],
  ] as const) {
    assert.equal(typeOfUserType(written), type, String(written));
  }
});

test('distinguishes a GUID from other identifiers, and from the zero GUID', () => {
  assert.equal(guid(GUID.toUpperCase()), GUID);
  assert.equal(guid('x'), null);
  assert.equal(identifier('19:abc@thread.tacv2'), '19:abc@thread.tacv2');
  assert.equal(identifier('aB-c_D'), 'aB-c_D');
  assert.equal(identifier('00000000-0000-0000-0000-000000000000'), null);
  assert.equal(identifier('Not Available'), null);
});

test('distinguishes a mailbox address from a folder and a rule', () => {
  assert.ok(isAddress('ada@example.org'));
  for (const other of ['ada', 'ada@example.org\\Rule', 'ada@example.org:\\Inbox', '@x', null]) {
    assert.ok(!isAddress(other));
  }
});
