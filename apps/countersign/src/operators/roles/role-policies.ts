import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TenantId } from '@countersign/core';
import { CedarPolicies } from '@countersign/policy';
import type { Regions } from '../regions.ts';

/** The roles that come with Countersign. A company may add its own in its policies. */
export const ROLES = [
  'viewer',
  'analyst',
  'responder',
  'approver',
  'policy-editor',
  'auditor',
  'works-council',
  'administrator',
] as const;

/** Whose data a role reaches: a tenant, or all that no region or limit names. */
export type RoleTarget = { readonly tenant: TenantId | 'other'; readonly regions: Regions };

/** Cedar policies that turn roles into scopes. */
export class RolePolicies {
  readonly version: string;
  readonly texts: ReadonlyMap<string, string>;
  readonly #policies: CedarPolicies;
  readonly #scopes: readonly string[];

  private constructor(policies: CedarPolicies, scopes: readonly string[]) {
    this.#policies = policies;
    this.#scopes = scopes;
    this.version = policies.version;
    this.texts = policies.texts;
  }

  /**
   * Reads all `*.cedar` files of a folder.
   *
   * @param scopes the scopes of operations, which are the actions of the policies
   * @throws PolicyError POLICY_INVALID
   */
  static read(folder: string, scopes: readonly string[]): RolePolicies {
    const names = readdirSync(folder).filter((name) => name.endsWith('.cedar'));
    const files = names.sort().map((name) => {
      const file = join(folder, name);
      return { file, text: readFileSync(file, 'utf8') };
    });
    const schema = { file: 'the schema of roles', text: roleSchema(scopes) };
    return new RolePolicies(CedarPolicies.parse(schema, files), scopes);
  }

  /** The scopes that these roles have together on a tenant's data. */
  scopesOf(roles: readonly string[], target: RoleTarget): ReadonlySet<string> {
    return new Set(this.#scopes.filter((scope) => this.#permits(roles, scope, target)));
  }

  /** Every role that the policies name, with its scopes on a tenant that no region names. */
  all(): readonly { readonly role: string; readonly scopes: readonly string[] }[] {
    const named = [...this.texts.values()].flatMap((text) =>
      Array.from(text.matchAll(/\bRole::"([^"\\]+)"/g), ([, role = '']) => role),
    );
    const target = { tenant: 'other', regions: new Map() } as const;
    return [...new Set(named)].map((role) => {
      return { role, scopes: [...this.scopesOf([role], target)].sort() };
    });
  }

  #permits(roles: readonly string[], scope: string, { tenant, regions }: RoleTarget): boolean {
    const principal = { type: 'Operator', id: 'operator' };
    const resource = { type: 'Tenant', id: tenant };
    const inRegions = [...regions].filter(
      ([, tenants]) => tenant !== 'other' && tenants.includes(tenant),
    );
    const { effect } = this.#policies.decide({
      principal,
      action: { type: 'Action', id: scope },
      resource,
      context: {},
      entities: [
        { uid: principal, attrs: {}, parents: roles.map((id) => ({ type: 'Role', id })) },
        {
          uid: resource,
          attrs: {},
          parents: inRegions.map(([id]) => ({ type: 'Region', id })),
        },
      ],
    });
    return effect === 'permit';
  }
}

/** The schema of role policies in Cedar. */
function roleSchema(scopes: readonly string[]): string {
  const actions = scopes.map((scope) => JSON.stringify(scope)).join(', ');
  return `entity Role;
entity Region;
entity Tenant in [Region];
entity Operator in [Role];
action ${actions} appliesTo { principal: [Operator], resource: [Tenant] };
`;
}
