import { isGuid, type TenantId } from '@countersign/core';
import type { EntityAttributes } from '../directory/directory.ts';
import {
  type ConditionalAccessPolicy,
  conditionalAccess,
  type TenantReferences,
} from '../policies/conditional-access.ts';
import type { PolicySet } from '../policies/policy-set.ts';
import type { PolicyInformation } from './policy-information.ts';

export type EntraExport = {
  readonly policies: readonly ConditionalAccessPolicy[];
  /** What prevents a policy from being written, or from being safe to enforce. */
  readonly lacking: readonly string[];
};

/** The part of these policies that the vendor must enforce, as conditional access policies. */
export function exportConditionalAccess(
  set: PolicySet,
  policyInformation: PolicyInformation,
  tenant: TenantId,
): EntraExport {
  const { breakGlass, nameless, ...rest } = worldOf(policyInformation, tenant);
  const lacking = nameless.map(
    (id) => `the emergency account ${id} has no known object id, so no policy excludes it`,
  );
  if (breakGlass.length === 0) {
    lacking.push('no emergency account is known: exclude yours before you enforce a policy');
  }
  const policies = set.policies.flatMap((policy): ConditionalAccessPolicy[] => {
    if (policy.entra === undefined) return [];
    const written = conditionalAccess(policy, policy.entra, { breakGlass, ...rest });
    if (written !== undefined) return [written];
    const what = policy.entra.who === 'workloads' ? 'register' : 'wave with a group of the tenant';
    lacking.push(`the policy ${policy.id} is omitted: no ${what} is known`);
    return [];
  });
  return { policies, lacking };
}

/** Entities that are read together. */
const PAGE = 1000;

function worldOf(
  information: PolicyInformation,
  tenant: TenantId,
): TenantReferences & { readonly nameless: readonly string[] } {
  const { directory } = information;
  const emergency = idsOf(information, tenant, 'Person', (facts) => {
    return facts.attribute('kind')?.value === 'break-glass';
  });
  const open = idsOf(information, tenant, 'Group', (facts) =>
    [...(facts.within('Wave')?.value ?? [])].some((wave) => {
      return directory.find(tenant, 'Wave', wave)?.attribute('state')?.value === 'open';
    }),
  );
  const registered = idsOf(information, tenant, 'Workload', (facts) => {
    return facts.attribute('registered')?.value === true;
  });
  const hasRegister = directory.completeListing(tenant, 'Workload') !== undefined;
  const openGroups = open.filter(isGuid);
  return {
    breakGlass: emergency.filter(isGuid),
    nameless: emergency.filter((id) => !isGuid(id)),
    // Without a group to exclude, the policy would block everyone.
    openGroups: openGroups.length > 0 ? openGroups : undefined,
    registered: hasRegister ? registered.filter(isGuid) : undefined,
  };
}

function idsOf(
  { directory }: PolicyInformation,
  tenant: TenantId,
  type: string,
  isMeant: (facts: EntityAttributes) => boolean,
): readonly string[] {
  const found: string[] = [];
  for (let after: string | undefined; ; ) {
    const ids = directory.list(tenant, type, { after, count: PAGE });
    for (const id of ids) {
      const facts = directory.find(tenant, type, id);
      if (facts !== undefined && isMeant(facts)) found.push(id);
    }
    after = ids.at(-1);
    if (after === undefined) return found;
  }
}
