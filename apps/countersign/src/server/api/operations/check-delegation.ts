import type { Operation } from '../../../operations/definition/operation.ts';
import { createToken } from '../../../operations/operators/tokens.ts';
import type { Caller } from '../../../operators/caller.ts';
import { type Delegation, excessScopes } from '../../../operators/delegation.ts';
import { refuse } from '../http/problem.ts';

/** A caller gives a token no right that the caller lacks. @throws ProblemError 403 */
export function checkDelegation(caller: Caller, { name }: Operation, input: object): void {
  if (name !== createToken.name) return;
  const excess = excessScopes(caller, input as Delegation);
  if (excess.length === 0) return;
  const what = `${caller.who} may not give away ${excess.join(', ')}, or not for these tenants`;
  const cure = 'leave it out, or let the account that owns the data folder create the token';
  refuse(403, 'scope', `${what}: ${cure}`);
}
