import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseInventoryBody } from '../../projection/entries/inventory-body.ts';

const TENANT = '5b1f4c0e-7d2a-4f6b-9c3d-2e8a61f0b794';
const OWNED = { tenant: TENANT, name: 'Main', use: 'test', state: 'connected' };
const BODY = {
  v: 1,
  what: 'inventory',
  tenants: [OWNED],
  partners: [{ tenant: TENANT, name: 'P' }],
};

test('reads a recorded inventory', () => {
  const { tenants, partners } = BODY;
  assert.deepEqual(parseInventoryBody({ ...BODY, who: 'serve', atMs: 1 }), { tenants, partners });
});

test('accepts nothing else as an inventory', () => {
  const odd: readonly unknown[] = [
    null,
    [],
    { ...BODY, what: 'policy' },
    { ...BODY, tenants: 'all' },
    { ...BODY, partners: null },
    { ...BODY, tenants: [{ ...OWNED, tenant: 'x' }] },
    { ...BODY, tenants: [{ ...OWNED, state: 'unplugged' }] },
    { ...BODY, tenants: [[]] },
    { ...BODY, partners: [{ tenant: TENANT }] },
  ];
  for (const body of odd) assert.equal(parseInventoryBody(body), undefined, JSON.stringify(body));
});
