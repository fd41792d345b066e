import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TENANT_NOT_STATED } from '@countersign/core';
import { ANY, type CoverageRow, type InventoryRow } from '../rows/entry-rows.ts';
import { inventoryRows, tenantPhrase, withTenantNames } from './inventory-coverage.ts';

const [CONNECTED, FORGOTTEN] = ['5b1f4c0e', 'a7c4e9d2'] as const;
const Inventory: InventoryRow = {
  index: 7,
  tenants: [
    { tenant: CONNECTED, name: 'Main', use: 'production', state: 'connected' },
    { tenant: FORGOTTEN, name: 'Old', use: 'test', state: 'not connected' },
  ],
  partners: [],
};

function observed(tenant: string): CoverageRow {
  const times = { fromMs: 0, toMs: 1 };
  const of = { tenant, source: 'graph/signIns', workload: null, subject: null };
  return { index: 9, ...of, ...times, state: 'late', bound: null, because: 'late', entries: [9] };
}

test('without an inventory there are no rows about tenants', () => {
  assert.deepEqual(inventoryRows(undefined, []), []);
});

test('a tenant is unknown for all time until some of its data is collected', () => {
  const rows = inventoryRows(Inventory, [observed(CONNECTED)]);
  assert.deepEqual(
    rows.map(({ tenant, source, fromMs, toMs, state }) => [tenant, source, fromMs, toMs, state]),
    [[FORGOTTEN, ANY, null, null, 'unknown']],
  );
  assert.deepEqual(rows[0]?.entries, [7]);
});

test('a connected tenant without data is just as unknown', () => {
  const [main, old, ...more] = inventoryRows(Inventory, []);
  assert.match(main?.because ?? '', /is connected, but nothing was collected from it yet$/);
  assert.match(old?.because ?? '', /is not connected, so nothing is known about it$/);
  assert.deepEqual(more, []);
});

test('a row has the name of its tenant, if the inventory knows it', () => {
  const rows = [observed(CONNECTED), observed('stranger')];
  assert.deepEqual(
    withTenantNames(rows, Inventory).map(({ tenantName }) => tenantName),
    ['Main', undefined],
  );
  assert.equal(withTenantNames(rows, undefined), rows);
});

test('a sentence names the tenant, or says that files do not state it', () => {
  assert.equal(tenantPhrase({ tenant: CONNECTED, tenantName: 'Main' }), 'tenant Main');
  assert.equal(tenantPhrase({ tenant: CONNECTED }), `tenant ${CONNECTED}`);
  assert.equal(tenantPhrase({ tenant: TENANT_NOT_STATED }), 'the tenant that files do not state');
});
