import type { TenantId } from '@countersign/core';
import type { Grant } from '../caller.ts';
import { type Regions, type TenantLimits, tenantsWithin } from '../regions.ts';
import type { RolePolicies } from './role-policies.ts';

/** A role that a person has, and whose data it reaches. */
export type RoleAssignment = TenantLimits & {
  readonly role: string;
  /** Groups of people. Null: not limited. */
  readonly groups: readonly string[] | null;
};

type Reach = { readonly role: string; readonly tenants: 'all' | ReadonlySet<TenantId> };

/**
 * The grants of a person with these roles. Roles of one tenant count together, because a policy of
 * one role may forbid what another permits. A role that is limited to groups of people adds to the
 * others only for people in these groups.
 */
export function grantsOf(
  assignments: readonly RoleAssignment[],
  policies: RolePolicies,
  regions: Regions,
): readonly Grant[] {
  const everyone = reachOf(
    assignments.filter(({ groups }) => groups === null),
    regions,
  );
  const limited = assignments.filter(({ groups }) => groups !== null);
  const byGroups = Map.groupBy(limited, ({ groups }) => [...(groups ?? [])].sort().join('\n'));
  return [
    ...granted(everyone, policies, regions, undefined),
    ...[...byGroups.values()].flatMap((some) => {
      const groups = new Set(some.flatMap((each) => each.groups ?? []));
      const reach = [...everyone, ...reachOf(some, regions)];
      return granted(reach, policies, regions, groups);
    }),
  ];
}

function reachOf(assignments: readonly RoleAssignment[], regions: Regions): readonly Reach[] {
  return assignments.map((each) => ({ role: each.role, tenants: tenantsWithin(each, regions) }));
}

function granted(
  reach: readonly Reach[],
  policies: RolePolicies,
  regions: Regions,
  groups: ReadonlySet<string> | undefined,
): readonly Grant[] {
  const rolesOn = (tenant: TenantId | 'other'): readonly string[] =>
    reach.flatMap(({ role, tenants }) => {
      const isReached = tenants === 'all' || (tenant !== 'other' && tenants.has(tenant));
      return isReached ? [role] : [];
    });
  const stated = new Set([...regions.values()].flat());
  for (const { tenants } of reach) if (tenants !== 'all') for (const id of tenants) stated.add(id);
  const others = policies.scopesOf(rolesOn('other'), { tenant: 'other', regions });
  const named = [...stated].map((tenant) => {
    return { tenant, scopes: policies.scopesOf(rolesOn(tenant), { tenant, regions }) };
  });
  const scopes = new Set([...others, ...named.flatMap((each) => [...each.scopes])]);
  return [...scopes].map((scope) => {
    // Where one tenant is left out, only tenants that a limit, a region or a role names are in.
    const tenants = named.filter((each) => each.scopes.has(scope)).map(({ tenant }) => tenant);
    const isAll = others.has(scope) && tenants.length === named.length;
    return { scope, tenants: isAll ? 'all' : new Set(tenants), groups };
  });
}
