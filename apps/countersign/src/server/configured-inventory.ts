import type { Config } from '../config/config.ts';
import type { Inventory } from '../projection/entries/inventory-body.ts';

/** The estate that the configuration states, with what of it is connected. */
export function inventoryOf({ estate, tenants }: Config): Inventory | undefined {
  if (estate === undefined) return undefined;
  const connected = new Set<string>(tenants.map(({ id }) => id));
  return {
    tenants: estate.tenants.map(({ id, name, use }) => ({
      tenant: id,
      name,
      use,
      state: connected.has(id) ? 'connected' : 'not connected',
    })),
    partners: estate.partners.map(({ id, name }) => ({ tenant: id, name })),
  };
}
