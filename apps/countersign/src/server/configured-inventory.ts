import type { Config } from '../config/config.ts';
import type { Inventory } from '../projection/entries/inventory-body.ts';

/** The configured inventory, with the connected tenants marked. */
export function inventoryOf({ inventory, tenants }: Config): Inventory | undefined {
  if (inventory === undefined) return undefined;
  const connected = new Set<string>(tenants.map(({ id }) => id));
  return {
    tenants: inventory.tenants.map(({ id, name, use }) => ({
      tenant: id,
      name,
      use,
      state: connected.has(id) ? 'connected' : 'not connected',
    })),
    partners: inventory.partners.map(({ id, name }) => ({ tenant: id, name })),
  };
}
