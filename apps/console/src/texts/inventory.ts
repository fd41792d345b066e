export const inventoryTexts = {
  title: 'Inventory',
  looked: 'tenants in the inventory, and tenants with records',
  tenant: 'Tenant',
  name: 'Name',
  use: 'Use',
  relation: 'Relation',
  relations: { owned: 'Owned', partner: 'Partner', 'not listed': 'Not in the inventory' },
  connected: 'Connected',
  records: 'Records',
  yes: 'yes',
  no: 'no',
  none: 'none',
  entry: 'Recorded in',
  allConnected: (count: number) =>
    count === 1
      ? 'The tenant of this company is connected.'
      : `All ${count} tenants are connected.`,
  notConnected: (count: number, all: number) =>
    `${count} of ${all} tenants of this company ${count === 1 ? 'is' : 'are'} not connected.`,
  unknown: 'Cannot tell whether every tenant of this company is connected.',
  why: (name: string) => `${name}: what happens there is unknown. Connect it, or close it down.`,
  silent: (tenant: string) => `${tenant} has delivered no record yet, and no inventory names it.`,
  strange: (tenant: string) => `${tenant} has records here, and no inventory names it.`,
} as const;
