import { ANY, type CoverageRow, type InventoryRow } from '../rows/entry-rows.ts';

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
