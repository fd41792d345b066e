import { isGuid, OWN_TENANT, type Reason, TENANT_NOT_STATED } from '@countersign/core';
import { literal } from '../duckdb/duckdb-engine.ts';
import type { Alias, AliasKind } from '../rows/alias-table.ts';
import type { StateDatabase } from '../sqlite/state-database.ts';
import { IdentityResolver, type TenantActorKey } from './identity-resolver.ts';
import type { PrincipalAlias, Selection, WhoOptions } from './principal-types.ts';

/** A principal: (tenant, object id), else (tenant, kind, normalized name). */
export type Principal = {
  readonly tenant: string;
  readonly uid: string | null;
  /** Only without object id: user, system or service. */
  readonly kind: string | null;
  /** The name in the latest record. */
  readonly name: string | null;
  readonly aliases: readonly PrincipalAlias[];
};

export type Resolution =
  | { readonly kind: 'one'; readonly principal: Principal; readonly selection: Selection }
  | { readonly kind: 'none'; readonly because: Reason }
  | {
      readonly kind: 'ambiguous';
      readonly candidates: readonly Principal[];
      readonly because: Reason;
    };

export type PrincipalMatch = { readonly principal: Principal; readonly selection: Selection };

/** All principals that a UPN in any case, an object id, a PUID or a SID may mean. */
export function findPrincipals(
  state: StateDatabase,
  who: string,
  options: WhoOptions = {},
): PrincipalMatch[] {
  const { holders, tenants, identityResolver } = findHolders(state, who, options);
  return holders.map((node) => ({
    principal: principalOf(node, identityResolver),
    selection: { ...identityResolver.selectionOf(node), tenants: tenants.readAs(node.tenant) },
  }));
}

/** The keys of all principals that a text may mean: faster than {@link findPrincipals}. */
export function findHolders(
  state: StateDatabase,
  who: string,
  options: WhoOptions,
): {
  readonly holders: readonly TenantActorKey[];
  readonly tenants: Tenants;
  readonly identityResolver: IdentityResolver;
} {
  const tenants = new Tenants(state.tenants());
  const identityResolver = new IdentityResolver(state, (tenant) => tenants.home(tenant));
  const named = readings(who)
    .flatMap(([kind, value]) => state.aliasesNamed(kind, value))
    .filter((a) => options.tenant === undefined || tenants.home(a.tenant) === options.tenant);
  const within = named.filter((a) => isWithin(a, options));
  const holders = new Map<string, TenantActorKey>();
  for (const alias of within.length > 0 ? within : named) {
    const tenant = tenants.home(alias.tenant);
    for (const holder of identityResolver.holdersOf({ tenant, key: alias.key }, options)) {
      holders.set(`${holder.tenant}\n${holder.key}`, holder);
    }
  }
  return { holders: [...holders.values()], tenants, identityResolver };
}

export function resolutionOf(who: string, found: readonly PrincipalMatch[]): Resolution {
  const [one] = found;
  if (one === undefined) {
    const text = `no record names "${who}" as the actor`;
    return { kind: 'none', because: { code: 'principal-not-found', text } };
  }
  if (found.length === 1) return { kind: 'one', ...one };
  const candidates = found
    .map(({ principal }) => principal)
    .toSorted((a, b) => compare(labelOf(a), labelOf(b)));
  const list = candidates.map(labelOf).join(', ');
  const text = `"${who}" matches ${candidates.length} principals; give an id or tenant: ${list}`;
  return { kind: 'ambiguous', candidates, because: { code: 'principal-ambiguous', text } };
}

/** A label that resolves to this principal only. */
export function labelOf(principal: Principal): string {
  const id = principal.uid ?? `${principal.kind}:${principal.name}`;
  const name = principal.uid !== null && principal.name !== null ? ` (${principal.name})` : '';
  return `${id}${name} in tenant ${principal.tenant}`;
}

/**
 * Attributes deliveries without a tenant to the store's only stated tenant, if there is exactly
 * one.
 *
 * This is decided per query, so that the order of imports has no effect.
 */
export class Tenants {
  readonly #only: string | undefined;

  constructor(known: readonly string[]) {
    const stated = known.filter((t) => t !== TENANT_NOT_STATED && t !== OWN_TENANT);
    this.#only = stated.length === 1 ? stated[0] : undefined;
  }

  home(tenant: string): string {
    return tenant === TENANT_NOT_STATED ? (this.#only ?? tenant) : tenant;
  }

  /** SQL for the tenant that a column's value is attributed to. */
  sql(column: string): string {
    if (this.#only === undefined) return column;
    const [none, only] = [literal(TENANT_NOT_STATED), literal(this.#only)];
    return `CASE ${column} WHEN ${none} THEN ${only} ELSE ${column} END`;
  }

  /** The stored tenants that are attributed to `tenant`. */
  readAs(tenant: string): string[] {
    return tenant === this.#only ? [tenant, TENANT_NOT_STATED] : [tenant];
  }
}

function readings(who: string): [AliasKind, string][] {
  const text = who.trim();
  const kinds: [AliasKind, string][] = [['name', text.toLowerCase()]];
  if (isGuid(text)) kinds.push(['uid', text.toLowerCase()]);
  if (/^[0-9a-f]{16}$/i.test(text)) kinds.push(['puid', text.toUpperCase()]);
  if (/^s-1-[\d-]+$/i.test(text)) kinds.push(['sid', text.toUpperCase()]);
  return kinds;
}

function isWithin(alias: Alias, period: WhoOptions): boolean {
  const { fromMs = Number.NEGATIVE_INFINITY, toMs = Number.POSITIVE_INFINITY } = period;
  return alias.firstMs < toMs && alias.lastMs >= fromMs;
}

/** The principal of a key, with all of its names. */
export function principalOf(node: TenantActorKey, identities: IdentityResolver): Principal {
  const aliases = identities
    .aliasesOf(node)
    .toSorted((a, b) => a.firstMs - b.firstMs || compare(a.kind + a.value, b.kind + b.value));
  const names = aliases.filter((a) => a.kind === 'name');
  const latest = names.reduce<PrincipalAlias | undefined>(
    (best, a) => (best === undefined || a.lastMs >= best.lastMs ? a : best),
    undefined,
  );
  const colon = node.key.indexOf(':');
  return {
    tenant: node.tenant,
    uid: uidOf(node),
    kind: colon < 0 ? null : node.key.slice(0, colon),
    name: latest?.value ?? (colon < 0 ? null : node.key.slice(colon + 1)),
    aliases,
  };
}

/** Its object id; null if records give none. */
export function uidOf({ key }: TenantActorKey): string | null {
  return key.includes(':') ? null : key;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
