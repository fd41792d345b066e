import type { TenantId } from '@countersign/core';

/** The tenants of each region, by the region's name. */
export type Regions = ReadonlyMap<string, readonly TenantId[]>;

/** Limits by tenant and region. Null: not limited. */
export type TenantLimits = {
  readonly tenants: readonly string[] | null;
  readonly regions: readonly string[] | null;
};

/**
 * The tenants within both limits. A region that no longer exists has no tenants.
 */
export function tenantsWithin(
  { tenants, regions: named }: TenantLimits,
  regions: Regions,
): 'all' | ReadonlySet<TenantId> {
  if (tenants === null && named === null) return 'all';
  const stated = tenants === null ? undefined : new Set(tenants as readonly TenantId[]);
  if (named === null) return stated ?? new Set();
  const inRegions = named.flatMap((region) => regions.get(region) ?? []);
  return new Set(inRegions.filter((tenant) => stated?.has(tenant) ?? true));
}
