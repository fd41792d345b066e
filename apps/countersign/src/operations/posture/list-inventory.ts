import { TENANT_NOT_STATED } from '@countersign/core';
import { z } from 'zod';
import type { InventoryRow } from '../../store/rows/entry-rows.ts';
import { firstDoubt, unknown, YES } from '../definition/conclusion.ts';
import { type ListOperation, wholeList } from '../definition/operation.ts';
import { indexConclusion } from '../readers/readers.ts';

/**
 * A tenant, and what it is to the company.
 *
 * - `owned`       the inventory lists it as the company's
 * - `partner`     the inventory lists it as another company's
 * - `not listed`  records of it are here or a collector asked for them, and no inventory names it
 */
export type KnownTenant = {
  readonly tenant: string;
  readonly name: string | null;
  readonly use: string | null;
  readonly relation: 'owned' | 'partner' | 'not listed';
  /** Null: the inventory does not say, as for a partner. */
  readonly isConnected: boolean | null;
  /** Whether any record of it was collected or imported. */
  readonly hasRecords: boolean;
  /** The entry of the inventory. */
  readonly entry: number | null;
};

const schema: z.ZodType<KnownTenant> = z.strictObject({
  tenant: z.string().min(1),
  name: z.string().nullable(),
  use: z.string().nullable(),
  relation: z.enum(['owned', 'partner', 'not listed']),
  isConnected: z.boolean().nullable(),
  hasRecords: z.boolean(),
  entry: z.int().min(0).nullable(),
});

export const listInventory: ListOperation<object, KnownTenant, readonly KnownTenant[]> = {
  name: 'inventory',
  summary: 'which tenants the company owns, and which of them are connected',
  description:
    'Lists the tenants of the configured inventory, and tenants with records or collectors that ' +
    'no inventory names. Without an inventory, it is unknown whether other tenants exist.',
  scope: 'posture:read',
  effect: 'read',
  kind: 'list',
  runsIn: 'caller',
  input: z.strictObject({}),
  output: schema,
  examples: [
    {
      summary: 'Which tenants are not connected?',
      input: {},
      commandLine: 'inventory',
      runsOn: 'sample',
    },
  ],
  async run({ readers }) {
    const { ANY } = await import('../../store/rows/entry-rows.ts');
    const { store, head } = await readers.sources();
    const inventory = store.inventory();
    const placeholders: readonly string[] = [ANY, TENANT_NOT_STATED];
    const rows = store.coverage().filter(({ tenant, fromMs }) => {
      return !placeholders.includes(tenant) && fromMs !== null;
    });
    const items = knownTenants(
      inventory,
      rows.map(({ tenant }) => tenant),
      (tenant) => store.hasRecords(tenant),
    );
    const none = unknown(
      'the configuration has no "inventory", so other tenants of the company may exist: list ' +
        'them in a file, and name it there',
    );
    return wholeList({
      items,
      view: items,
      conclude: () => firstDoubt(indexConclusion(head), inventory === undefined ? none : YES),
    });
  },
};

/** @param seen tenants of records, and of collectors that may have delivered none */
function knownTenants(
  inventory: InventoryRow | undefined,
  seen: readonly string[],
  recordsOf: (tenant: string) => boolean,
): KnownTenant[] {
  const entry = inventory?.index ?? null;
  const owned = (inventory?.tenants ?? []).map(({ tenant, name, use, state }): KnownTenant => {
    const isConnected = state === 'connected';
    const hasRecords = recordsOf(tenant);
    return { tenant, name, use, relation: 'owned', isConnected, hasRecords, entry };
  });
  const partners = (inventory?.partners ?? []).map(({ tenant, name }): KnownTenant => {
    const hasRecords = recordsOf(tenant);
    return { tenant, name, use: null, relation: 'partner', isConnected: null, hasRecords, entry };
  });
  const named = new Set([...owned, ...partners].map(({ tenant }) => tenant));
  const others = [...new Set(seen)].filter((tenant) => !named.has(tenant)).sort();
  return [
    ...owned,
    ...partners,
    ...others.map(
      (tenant): KnownTenant => ({
        ...{ tenant, name: null, use: null, relation: 'not listed', isConnected: null },
        ...{ hasRecords: recordsOf(tenant), entry: null },
      }),
    ),
  ];
}
