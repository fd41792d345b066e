import { type AuthorizedOperation, grantsFor } from './authorize.ts';
import type { Caller, Grant } from './caller.ts';

/** What a new token would allow. Null or absent: not limited. */
export type Delegation = {
  readonly scope: readonly AuthorizedOperation['scope'][];
  readonly tenants?: readonly string[] | undefined;
  readonly groups?: readonly string[] | undefined;
};

/**
 * The scopes of a new token that go beyond what its creator may do: an administrator could give
 * themselves any right through a token.
 */
export function excessScopes(caller: Caller, wanted: Delegation): readonly string[] {
  return wanted.scope.filter(
    (scope) => !grantsFor(caller, scope).some((grant) => covers(grant, wanted)),
  );
}

/** A limit of the grant needs an equal or narrower limit of the token. */
function covers({ tenants, groups }: Grant, wanted: Delegation): boolean {
  const isTenantCovered = tenants === 'all' || isWithin(wanted.tenants, tenants);
  return isTenantCovered && (groups === undefined || isWithin(wanted.groups, groups));
}

function isWithin(wanted: readonly string[] | undefined, allowed: ReadonlySet<string>): boolean {
  return wanted !== undefined && wanted.length > 0 && wanted.every((each) => allowed.has(each));
}
