import type { TenantId } from '@countersign/core';
import type { Caller, Grant } from './caller.ts';
import { STEP_UP_MS_MAX } from './limits.ts';

/** The part of an operation that decides who may run it. */
export type AuthorizedOperation = {
  readonly name: string;
  readonly scope: string;
};

/** What an operation is about, as far as its input states it. */
export type AuthorizedResource = {
  /** Undefined: all tenants that the caller may see. */
  readonly tenant?: TenantId | undefined;
  /** The groups of the one person that it is about. `unknown` if the directory does not tell. */
  readonly personGroups?: ReadonlySet<string> | 'unknown' | undefined;
};

export type Authorization =
  | {
      readonly kind: 'permit';
      /** The caller, narrowed to the tenants and groups that this operation may use. */
      readonly caller: Caller;
    }
  | {
      readonly kind: 'deny';
      /** `step-up`: the caller may do it after signing in again. */
      readonly cause: 'scope' | 'tenant' | 'group' | 'step-up';
      readonly because: string;
    };

/** Scopes whose use needs a recent sign-in: acts, erasure, names, and rights of others. */
const STEP_UP_SCOPES: ReadonlySet<string> = new Set([
  'names:read',
  'passes:end',
  'policies:activate',
  'bypass:write',
  'credentials:write',
  'ledger:erase',
  'ledger:administer',
  'operators:administer',
]);

/**
 * Decides whether a caller may run an operation. The API, MCP and the console ask here and nowhere
 * else. What is unknown never permits.
 *
 * @param nowMs milliseconds since 1970
 */
export function authorize(
  caller: Caller,
  operation: AuthorizedOperation,
  resource: AuthorizedResource,
  nowMs: number,
): Authorization {
  const { scope } = operation;
  const grants = grantsFor(caller, scope);
  if (grants.length === 0) return deny('scope', `${caller.who} does not have the scope ${scope}`);
  const { tenant } = resource;
  const onTenant = grants.filter((grant) => reaches(grant, tenant));
  if (onTenant.length === 0) return deny('tenant', `${caller.who} has ${scope} on no such tenant`);
  const grant = onTenant.find((each) => isWithinGroups(each, resource));
  if (grant === undefined) return deny('group', `${caller.who} ${outsideGroups(resource)}`);
  if (!isProvedFor(caller, scope, nowMs)) {
    return deny('step-up', `${operation.name} needs a sign-in of the last 5 minutes`);
  }
  // Nothing to narrow: the limits of a token are those of each of its scopes.
  if (caller.grants === undefined && tenant === undefined) return { kind: 'permit', caller };
  const tenants = tenant === undefined ? grant.tenants : new Set([tenant]);
  return { kind: 'permit', caller: { ...caller, tenants, groups: grant.groups } };
}

function outsideGroups({ personGroups }: AuthorizedResource): string {
  const limited = 'is limited to groups of people';
  if (personGroups === undefined) return `${limited}, and this is not about one person`;
  return personGroups === 'unknown'
    ? `${limited}, and cannot tell whether this person is in one: the directory does not say`
    : `${limited}, and this person is in none of them`;
}

/** All groups to which the caller may be limited; undefined: no grant is limited. */
export function limitGroups({ groups, grants }: Caller): ReadonlySet<string> | undefined {
  const limits = grants === undefined ? [groups] : grants.map((grant) => grant.groups);
  const limited = limits.filter((each) => each !== undefined);
  return limited.length === 0 ? undefined : new Set(limited.flatMap((each) => [...each]));
}

/** The grant without a limit to groups comes first. */
export function grantsFor(caller: Caller, scope: string): readonly Grant[] {
  const { scopes, tenants, groups, grants } = caller;
  if (grants !== undefined) return grants.filter((grant) => grant.scope === scope);
  const isGranted = scopes === 'all' || scopes.has(scope);
  return isGranted ? [{ scope, tenants, groups }] : [];
}

function reaches({ tenants }: Grant, tenant: TenantId | undefined): boolean {
  if (tenants === 'all') return true;
  return tenant === undefined ? tenants.size > 0 : tenants.has(tenant);
}

function isWithinGroups({ groups }: Grant, { personGroups }: AuthorizedResource): boolean {
  if (groups === undefined) return true;
  if (personGroups === undefined || personGroups === 'unknown') return false;
  return [...personGroups].some((group) => groups.has(group));
}

/** A token and an account of this machine cannot step up: they were given the scope itself. */
function isProvedFor({ kind, provedAtMs }: Caller, scope: string, nowMs: number): boolean {
  if (kind !== 'operator' || !STEP_UP_SCOPES.has(scope)) return true;
  if (provedAtMs === undefined) return false;
  // A time in the future is not a proof either: the clock of the provider or ours is wrong.
  return Math.abs(nowMs - provedAtMs) <= STEP_UP_MS_MAX;
}

function deny(
  cause: Extract<Authorization, { kind: 'deny' }>['cause'],
  because: string,
): Authorization {
  return { kind: 'deny', cause, because };
}
