import type { JsonObject } from '../../core/json-object.ts';
import type { DirectoryObject, Kind } from '../../directory/model/directory-seed.ts';
import type { Reply } from '../../http/http-message.ts';
import { bodyOf, type Call, NO_CONTENT, ok, text } from '../calls/graph-call.ts';
import { badRequest, GraphError, notFound } from '../calls/graph-error.ts';
import { need, needUser } from '../calls/lookups.ts';
import { MAY } from '../calls/permissions.ts';
import { type Route, route } from '../calls/route-table.ts';
import { needRightOver } from './changes.ts';

/** Users per confirmation (contracts 8.2). */
const CONFIRMED_MAX = 60;
/** The id of the password method, the same for every user. */
const PASSWORD_METHOD = '28c10230-6103-485e-b985-444c60001490';

/** Calls that end access: sessions, passwords, risk, credentials, app roles, partners. */
export function containmentRoutes(): readonly Route[] {
  return [
    route('POST /users/{user}/revokeSignInSessions', MAY.revokeSessions, revoke),
    route('POST /me/revokeSignInSessions', MAY.revokeSessions, revoke),
    route(
      'POST /users/{user}/authentication/methods/{method}/resetPassword',
      [...MAY.changeMethods, ...MAY.setPasswords],
      resetPassword,
    ),
    ...riskRoutes('riskyUsers', 'userIds', MAY.changeRiskyUsers),
    ...riskRoutes('riskyServicePrincipals', 'servicePrincipalIds', MAY.changeRiskyApps),
    ...(['applications', 'servicePrincipals'] as const).flatMap(credentialRoutes),
    ...appRoleRoutes(),
    ...policyRoutes(),
  ];
}

function revoke(call: Call): Reply {
  call.change({ act: 'revoke-sessions', id: needUser(call).id });
  return ok({ '@odata.context': `${call.base}/$metadata#Edm.Boolean`, value: true });
}

function resetPassword(call: Call): Reply {
  if (call.params['method'] !== PASSWORD_METHOD) throw notFound(call.params['method'] ?? '');
  const user = needUser(call);
  needRightOver(call, user);
  call.change({ act: 'set-password', id: user.id, how: 'reset', mustChange: 'at next sign-in' });
  const location = `${call.base}/users/${user.id}/authentication/operations/${call.guid()}`;
  // If the caller states no password, the service generates one and returns it once.
  const isGiven = bodyOf(call)['newPassword'] !== undefined;
  const body = isGiven ? {} : { newPassword: call.guid() };
  return { ...ok(body, 202), headers: { ...ok(body).headers, location } };
}

function riskRoutes(
  kind: 'riskyUsers' | 'riskyServicePrincipals',
  member: string,
  may: readonly string[],
): readonly Route[] {
  const verdicts = [
    ['confirmCompromised', 'compromised'],
    ['dismiss', 'dismissed'],
    ['confirmSafe', 'safe'],
  ] as const;
  return verdicts.map(([name, verdict]) =>
    route(
      `POST /identityProtection/${kind}/${name}`,
      may,
      (call) => {
        const ids = bodyOf(call)[member];
        if (!Array.isArray(ids) || ids.length === 0 || ids.length > CONFIRMED_MAX)
          throw badRequest(`${member} must name 1 to ${CONFIRMED_MAX} objects.`);
        call.change(ids.map((id) => ({ act: 'risk', kind, id: String(id), verdict })));
        return NO_CONTENT;
      },
      { family: 'protection' },
    ),
  );
}

function credentialRoutes(kind: 'applications' | 'servicePrincipals'): readonly Route[] {
  const held = (call: Call): DirectoryObject => need(call, kind, call.params['id'] ?? '');
  return [
    route(`POST /${kind}/{id}/addPassword`, MAY.changeApplications, (call) => {
      const object = held(call);
      const given = (bodyOf(call)['passwordCredential'] ?? {}) as JsonObject;
      const secretText = `${call.guid()}${call.guid()}`.replaceAll('-', '').slice(0, 40);
      const credential = {
        displayName: null,
        startDateTime: new Date(call.nowMs).toISOString(),
        endDateTime: new Date(call.nowMs + SECRET_MS).toISOString(),
        ...given,
        hint: secretText.slice(0, 3),
        keyId: call.guid(),
        secretText,
      };
      const passwordCredentials = [...list(object['passwordCredentials']), credential];
      call.change({ act: 'update', kind, id: object.id, set: { passwordCredentials } });
      return ok({
        '@odata.context': `${call.base}/$metadata#microsoft.graph.passwordCredential`,
        ...credential,
      });
    }),
    route(`POST /${kind}/{id}/removePassword`, MAY.changeApplications, (call) =>
      removeCredential(call, kind, held(call), 'passwordCredentials'),
    ),
    route(`POST /${kind}/{id}/removeKey`, MAY.changeApplications, (call) => {
      needProof(text(bodyOf(call)['proof']), held(call), call.nowMs);
      return removeCredential(call, kind, held(call), 'keyCredentials');
    }),
  ];
}

/** A new secret is valid for two years unless the caller states otherwise. */
const SECRET_MS = 2 * 365 * 86_400_000;

function removeCredential(
  call: Call,
  kind: Kind,
  object: DirectoryObject,
  member: 'passwordCredentials' | 'keyCredentials',
): Reply {
  const keyId = text(bodyOf(call)['keyId']).toLowerCase();
  const before = list(object[member]);
  const kept = before.filter((one) => text(one['keyId']).toLowerCase() !== keyId);
  if (kept.length === before.length)
    throw badRequest(`No credential found with the key identifier '${keyId}'.`);
  call.change({ act: 'update', kind, id: object.id, set: { [member]: kept } });
  return NO_CONTENT;
}

/** Checks the claims of the proof. It does not verify that its key is one of the object's. */
function needProof(proof: string, object: DirectoryObject, nowMs: number): void {
  const refuse = (): GraphError =>
    new GraphError(401, 'Authentication_MissingOrMalformed', 'Access Token missing or malformed.');
  const [, payload] = proof.split('.');
  if (payload === undefined) throw refuse();
  let claims: JsonObject;
  try {
    claims = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as JsonObject;
  } catch {
    throw refuse();
  }
  const { aud, iss, exp } = claims;
  if (aud !== '00000002-0000-0000-c000-000000000000' || iss !== object.id) throw refuse();
  if (typeof exp !== 'number' || exp * 1_000 < nowMs) throw refuse();
}

function appRoleRoutes(): readonly Route[] {
  const may = MAY.changeAppRoles;
  const remove = (call: Call): Reply => {
    const id = call.params['assignment'] ?? '';
    const owner = call.params['user'] ?? call.params['id'] ?? '';
    const assignment = need(call, 'appRoleAssignments', id);
    const ends = [assignment['principalId'], assignment['resourceId']];
    if (!ends.includes(owner)) throw notFound(id);
    call.change({ act: 'delete', kind: 'appRoleAssignments', id });
    return NO_CONTENT;
  };
  return [
    route('POST /servicePrincipals/{id}/appRoleAssignedTo', may, assign),
    route('POST /servicePrincipals/{id}/appRoleAssignments', may, assign),
    route('POST /users/{user}/appRoleAssignments', may, assign),
    route('POST /groups/{id}/appRoleAssignments', may, assign),
    route('DELETE /servicePrincipals/{id}/appRoleAssignedTo/{assignment}', may, remove),
    route('DELETE /servicePrincipals/{id}/appRoleAssignments/{assignment}', may, remove),
    route('DELETE /users/{user}/appRoleAssignments/{assignment}', may, remove),
    route('DELETE /groups/{id}/appRoleAssignments/{assignment}', may, remove),
  ];
}

const PRINCIPAL_TYPES: { readonly [kind in Kind]?: string } = {
  users: 'User',
  groups: 'Group',
  servicePrincipals: 'ServicePrincipal',
};

function assign(call: Call): Reply {
  const body = bodyOf(call);
  const { state } = call.directory;
  const principal = state.findAny(text(body['principalId']));
  const resource = state.get('servicePrincipals', text(body['resourceId']));
  if (principal === undefined) throw notFound(text(body['principalId']));
  if (resource === undefined) throw notFound(text(body['resourceId']));
  const object: DirectoryObject = {
    id: Buffer.from(call.guid().replaceAll('-', ''), 'hex').toString('base64url'),
    createdDateTime: new Date(call.nowMs).toISOString(),
    deletedDateTime: null,
    appRoleId: body['appRoleId'],
    principalId: principal.object.id,
    principalType: PRINCIPAL_TYPES[principal.kind],
    principalDisplayName: principal.object['displayName'],
    resourceId: resource.id,
    resourceDisplayName: resource['displayName'],
  };
  call.change({ act: 'create', kind: 'appRoleAssignments', object });
  return ok(object, 201);
}

function policyRoutes(): readonly Route[] {
  const base = '/policies/crossTenantAccessPolicy';
  const may = MAY.changeCrossTenant;
  const kind = 'crossTenantPartners';
  return [
    route(`POST ${base}/partners`, may, (call) => {
      const { tenantId, ...rest } = bodyOf(call);
      const object: DirectoryObject = { ...rest, id: text(tenantId) };
      if (object.id === '') throw badRequest('The property tenantId is required.');
      call.change({ act: 'create', kind, object });
      return ok({ tenantId, ...rest }, 201);
    }),
    route(`PATCH ${base}/partners/{id}`, may, (call) => {
      const { id } = need(call, kind, call.params['id'] ?? '');
      call.change({ act: 'update', kind, id, set: bodyOf(call) });
      return NO_CONTENT;
    }),
    route(`DELETE ${base}/partners/{id}`, may, (call) => {
      call.change({ act: 'delete', kind, id: need(call, kind, call.params['id'] ?? '').id });
      return NO_CONTENT;
    }),
    ...[
      [`${base}/default`, 'crossTenantAccessPolicyDefault', may] as const,
      [
        '/policies/authorizationPolicy',
        'authorizationPolicy',
        MAY.changeAuthorizationPolicy,
      ] as const,
    ].map(([path, id, permissions]) =>
      route(`PATCH ${path as `/${string}`}`, permissions, (call) => {
        call.change({ act: 'update', kind: 'settings', id, set: bodyOf(call) });
        return NO_CONTENT;
      }),
    ),
  ];
}

function list(value: unknown): readonly JsonObject[] {
  return Array.isArray(value) ? (value as JsonObject[]) : [];
}
