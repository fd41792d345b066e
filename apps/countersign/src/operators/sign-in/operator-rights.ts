import type { Caller, Grant } from '../caller.ts';
import { type OperatorIdentity, operatorName } from '../identity.ts';
import { RIGHTS_KEPT_MAX } from '../limits.ts';
import type { Regions } from '../regions.ts';
import { grantsOf, type RoleAssignment } from '../roles/grants.ts';
import type { RolePolicies } from '../roles/role-policies.ts';
import type { Session } from '../sessions/session-table.ts';

/** A rule of the configuration: who has a role, and whose data the role reaches. */
export type RoleRule = RoleAssignment & {
  readonly claim: { readonly kind: 'role' | 'group' | 'person'; readonly value: string };
};

/** Turns what a provider stated about a person into what the person may do here. */
export class OperatorRights {
  readonly #rules: readonly RoleRule[];
  readonly #policies: RolePolicies;
  readonly #regions: Regions;
  /** Cedar takes milliseconds for all scopes, and a session asks at each request. */
  readonly #known = new Map<string, readonly Grant[]>();

  constructor(parts: {
    readonly rules: readonly RoleRule[];
    readonly policies: RolePolicies;
    readonly regions: Regions;
  }) {
    this.#rules = parts.rules;
    this.#policies = parts.policies;
    this.#regions = parts.regions;
  }

  /** Groups that are unknown give no role. */
  assignmentsOf(identity: OperatorIdentity): readonly RoleAssignment[] {
    const { person, roles, groups, localRoles = [] } = identity;
    const claimed = this.#rules.filter(({ claim: { kind, value } }) => {
      if (kind === 'person') return value === person;
      if (kind === 'role') return roles.includes(value);
      return groups !== 'unknown' && groups.includes(value);
    });
    return [...localRoles.map((role) => ({ role, ...NO_LIMITS })), ...claimed];
  }

  /** Whether unknown groups may hide a role of this person. */
  mayLackRoles({ groups }: OperatorIdentity): boolean {
    return groups === 'unknown' && this.#rules.some(({ claim }) => claim.kind === 'group');
  }

  callerOf({ id, identity, provedMs }: Session): Caller {
    const grants = this.#grantsOf(identity);
    return {
      kind: 'operator',
      who: operatorName(identity),
      scopes: new Set(grants.map(({ scope }) => scope)),
      tenants: commonTenants(grants),
      groups: grants.some(({ groups }) => groups !== undefined) ? new Set() : undefined,
      grants,
      people: 'pseudonyms',
      provedAtMs: provedMs,
      credential: { kind: 'session', id },
    };
  }

  #grantsOf(identity: OperatorIdentity): readonly Grant[] {
    const assignments = this.assignmentsOf(identity);
    const key = JSON.stringify(assignments);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const grants = grantsOf(assignments, this.#policies, this.#regions);
    if (this.#known.size >= RIGHTS_KEPT_MAX) this.#known.clear();
    this.#known.set(key, grants);
    return grants;
  }
}

const NO_LIMITS = { tenants: null, regions: null, groups: null } as const;

/** Before `authorize` narrows a caller to one scope, only tenants of every scope are sure. */
function commonTenants(grants: readonly Grant[]): Caller['tenants'] {
  const limited = grants.flatMap(({ tenants }) => (tenants === 'all' ? [] : [tenants]));
  const [first, ...others] = limited;
  if (first === undefined) return grants.length === 0 ? new Set() : 'all';
  return new Set([...first].filter((tenant) => others.every((each) => each.has(tenant))));
}
