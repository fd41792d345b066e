import type { Directory } from '../../directory/directory.ts';
import type { Ask } from '../../http/http-message.ts';
import { type Caller, isAppOnly } from './graph-call.ts';
import { accessDenied, GraphError } from './graph-error.ts';
import { BESIDES_REPORTS, REPORT_ROLES } from './permissions.ts';
import type { Route } from './route-table.ts';

/** Throws the 403 if the token lacks the call's permissions. */
export function admit(
  { route, params }: { readonly route: Route; readonly params: Readonly<Record<string, string>> },
  caller: Caller,
  directory: Directory,
): void {
  const isOwn = holdsOne(caller, route.own) && isTheirs(params['user'], caller, directory);
  if (!isOwn && !holdsOne(caller, route.permissions)) throw accessDenied();
  if (route.family !== 'reporting') return;
  if (!holdsOne(caller, BESIDES_REPORTS))
    throw accessDenied(
      'Calling principal does not have required MSGraph permissions AuditLog.Read.All',
      'Authentication_MSGraphPermissionMissing',
    );
  if (!isAppOnly(caller) && !holdsRole(directory, caller.objectId, REPORT_ROLES))
    throw accessDenied(
      'User is not in the allowed roles.',
      'Authentication_RequestFromUnsupportedUserRole',
    );
  if (directory.state.seed.license === 'free')
    throw accessDenied(
      'Neither tenant is B2C or tenant does not have premium license',
      'Authentication_RequestFromNonPremiumTenantOrB2CTenant',
    );
}

/** `/me`, or the caller's own id or name. */
function isTheirs(user: string | undefined, caller: Caller, { state }: Directory): boolean {
  if (isAppOnly(caller)) return false;
  return user === undefined || state.find('users', user)?.id === caller.objectId;
}

/** Application and delegated permissions have the same names. */
export function holdsOne({ roles, scopes }: Caller, permissions: readonly string[]): boolean {
  return permissions.some((one) => roles.includes(one) || scopes.includes(one));
}

/** Whether a principal holds one of these roles, directly or through a group. */
export function holdsRole(
  { state }: Directory,
  principalId: string,
  templates: readonly string[] | 'any',
): boolean {
  for (const { object } of state.list('roleAssignments')) {
    if (templates !== 'any' && !templates.includes(String(object['roleDefinitionId']))) continue;
    const holder = String(object['principalId']);
    if (holder === principalId || state.isRelated(holder, 'members', principalId)) return true;
  }
  return false;
}

/**
 * Continuous access evaluation (contracts 8.1): the token of a CAE-capable client ends with the
 * session or account; any other remains valid until it expires.
 */
export function challengeOf(
  caller: Caller,
  { effects }: Directory,
  ask: Ask,
  nowMs: number,
): GraphError | undefined {
  if (!caller.capabilities.includes('cp1')) return undefined;
  const isOver =
    effects.isDisabled(caller.objectId, nowMs) ||
    (!isAppOnly(caller) && effects.isSessionRevoked(caller.objectId, caller.issuedMs, nowMs));
  if (!isOver) return undefined;
  const value = String(Math.floor(nowMs / 1_000));
  const claims = JSON.stringify({ access_token: { nbf: { essential: true, value } } });
  const authority = `https://${ask.headers['host'] ?? ''}/common/oauth2/authorize`;
  const header =
    `Bearer realm="", authorization_uri="${authority}", error="insufficient_claims", ` +
    `claims="${Buffer.from(claims).toString('base64')}"`;
  const message =
    'Continuous access evaluation resulted in challenge with result: InteractionRequired';
  return new GraphError(401, 'InvalidAuthenticationToken', message, { 'www-authenticate': header });
}
