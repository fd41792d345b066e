import { TENANT_NOT_STATED } from '@countersign/core';
import type { ObservedChange } from './drift-matcher.ts';
import type { PrivilegeHistory } from './privilege-history.ts';

/**
 * Graph audit records name no tenant. From a file they belong to the only listed tenant, or to the
 * one with the object that they name, because object ids are unique to a tenant.
 */
export function assignTenants(
  observed: readonly ObservedChange[],
  histories: readonly PrivilegeHistory[],
): ObservedChange[] {
  const tenants = new Set(histories.map(({ tenant }) => tenant));
  const [first] = tenants;
  const only = tenants.size === 1 ? first : undefined;
  const homes = new Map<string, string>();
  for (const { tracks } of histories) {
    for (const { tenant, privilege } of tracks) homes.set(privilege.ids[0] ?? '', tenant);
  }
  return observed.map((each) => {
    if (each.tenant !== TENANT_NOT_STATED) return each;
    const named = [...each.ids].flatMap((id) => homes.get(id) ?? []);
    return { ...each, tenant: only ?? named[0] ?? each.tenant };
  });
}
