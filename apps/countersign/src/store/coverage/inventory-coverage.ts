import { TENANT_NOT_STATED } from '@countersign/core';
import { ANY, type CoverageRow, type InventoryRow } from '../rows/entry-rows.ts';

/** Names the tenant of a row in a sentence. Files of some sources do not state it. */
export function tenantPhrase(row: Pick<CoverageRow, 'tenant' | 'tenantName'>): string {
  const { tenant, tenantName = tenant } = row;
  return tenant === TENANT_NOT_STATED
    ? 'the tenant that files do not state'
    : `tenant ${tenantName}`;
}

/** The rows with the names of their tenants, as far as the inventory knows them. */
export function withTenantNames(
  rows: readonly CoverageRow[],
  inventory: InventoryRow | undefined,
): readonly CoverageRow[] {
  if (inventory === undefined) return rows;
  const named = [...inventory.tenants, ...inventory.partners];
  const names = new Map(named.map(({ tenant, name }) => [tenant, name]));
  return rows.map((row) => {
    const tenantName = names.get(row.tenant);
    return tenantName === undefined ? row : { ...row, tenantName };
  });
}

/**
 * Rows for owned tenants without any collection. Without them, silence would look like a tenant
 * without activity.
 */
export function inventoryRows(
  inventory: InventoryRow | undefined,
  observed: readonly CoverageRow[],
): CoverageRow[] {
  if (inventory === undefined) return [];
  const collected = new Set(observed.map(({ tenant }) => tenant));
  return inventory.tenants.flatMap(({ tenant, name, use, state }): CoverageRow[] => {
    if (collected.has(tenant)) return [];
    const why =
      state === 'connected'
        ? 'is connected, but nothing was collected from it yet'
        : 'is not connected, so nothing is known about it';
    return [
      {
        index: inventory.index,
        tenant,
        source: ANY,
        workload: null,
        subject: null,
        fromMs: null,
        toMs: null,
        state: 'unknown',
        bound: null,
        because: `${name} (${use}), a tenant of this company, ${why}`,
        entries: [inventory.index],
      },
    ];
  });
}
