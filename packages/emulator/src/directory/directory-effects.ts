import { accessRefusal } from './access.ts';
import type { DirectoryState } from './directory-state.ts';
import type { DirectoryObject, Kind } from './model/directory-seed.ts';

/** Why a sign-in fails, as Entra's code (contracts 5.3). */
export type Refusal = { readonly code: number; readonly symbol: string };

/** The facts of a sign-in by which the directory can stop it. Missing facts are not evaluated. */
export type Attempt = {
  readonly atMs: number;
  readonly userId?: string;
  /** The client's application id. */
  readonly appId?: string;
  /** The app id of the token's audience. */
  readonly resourceAppId?: string;
  /** Delegated permissions that the client requests. */
  readonly scopes?: readonly string[];
  /** Object id of the device whose key or token is used. */
  readonly deviceId?: string;
  /** When the presented session or refresh token was issued. */
  readonly grantIssuedMs?: number;
  /** When the typed password was learned. An older one is wrong now. */
  readonly passwordKnownMs?: number;
  /** The credential of a confidential client. */
  readonly credential?: { readonly keyId: string; readonly kind: 'password' | 'certificate' };
  /** The user's identity provider, and its signing certificate. */
  readonly federation?: { readonly issuerUri: string; readonly signingCertificate?: string };
};

/** How the directory affects sign-ins and tokens, and so what containment calls change. */
export interface Effects {
  /** Undefined if the directory permits it. */
  refusalOf(attempt: Attempt): Refusal | undefined;
  /** Whether a revocation or reset ended a token or session issued at `issuedMs`. */
  isSessionRevoked(userId: string, issuedMs: number, atMs: number): boolean;
  /** Whether a user, service principal or device is disabled or deleted. */
  isDisabled(id: string, atMs: number): boolean;
  /** The delegated permissions of a client on an API for a user. */
  grantedScopes(clientAppId: string, resourceAppId: string, userId: string): readonly string[];
  /** The app roles (`roles` claim) of a client on an API. */
  grantedRoles(clientAppId: string, resourceAppId: string): readonly string[];
}

/** Recently changed objects as the rest of the service still sees them. */
export type Replicas = (kind: Kind, id: string, atMs: number) => DirectoryObject | undefined;

export class DirectoryEffects implements Effects {
  readonly #state: DirectoryState;
  readonly #seen: Replicas;

  constructor(state: DirectoryState, seen: Replicas) {
    this.#state = state;
    this.#seen = seen;
  }

  refusalOf(attempt: Attempt): Refusal | undefined {
    return (
      (attempt.userId === undefined ? undefined : this.#ofUser(attempt.userId, attempt)) ??
      (attempt.appId === undefined ? undefined : this.#ofClient(attempt.appId, attempt)) ??
      this.#ofPolicies(attempt)
    );
  }

  isSessionRevoked(userId: string, issuedMs: number, atMs: number): boolean {
    const user = this.#seen('users', userId, atMs);
    if (user === undefined) return true;
    // Only the home tenant can revoke a guest's sessions.
    return user['userType'] !== 'Guest' && issuedMs < validFrom(user);
  }

  isDisabled(id: string, atMs: number): boolean {
    const kinds = ['users', 'servicePrincipals', 'devices'] as const;
    // A device may be named by the id in its certificate.
    const device = this.#state.find('devices', id)?.id;
    for (const kind of kinds) {
      const object = this.#seen(kind, kind === 'devices' ? (device ?? id) : id, atMs);
      if (object !== undefined) return object['accountEnabled'] === false;
    }
    return true;
  }

  grantedScopes(clientAppId: string, resourceAppId: string, userId: string): readonly string[] {
    const client = this.#state.find('servicePrincipals', clientAppId);
    const resource = this.#state.find('servicePrincipals', resourceAppId);
    if (client === undefined || resource === undefined) return [];
    const scopes = new Set<string>();
    for (const { id } of this.#state.related(client.id, 'oauth2PermissionGrants')) {
      const grant = this.#state.get('oauth2PermissionGrants', id);
      if (grant?.['resourceId'] !== resource.id) continue;
      if (grant['consentType'] !== 'AllPrincipals' && grant['principalId'] !== userId) continue;
      for (const scope of String(grant['scope']).split(' ')) if (scope !== '') scopes.add(scope);
    }
    return [...scopes];
  }

  grantedRoles(clientAppId: string, resourceAppId: string): readonly string[] {
    const client = this.#state.find('servicePrincipals', clientAppId);
    const resource = this.#state.find('servicePrincipals', resourceAppId);
    if (client === undefined || resource === undefined) return [];
    const offered = objects(resource['appRoles']);
    const roles: string[] = [];
    for (const { id } of this.#state.related(client.id, 'appRoleAssignments')) {
      const assignment = this.#state.get('appRoleAssignments', id);
      if (assignment?.['resourceId'] !== resource.id) continue;
      const value = offered.find((role) => role['id'] === assignment['appRoleId'])?.['value'];
      if (typeof value === 'string') roles.push(value);
    }
    return roles;
  }

  #ofUser(userId: string, attempt: Attempt): Refusal | undefined {
    const { atMs, deviceId, grantIssuedMs, passwordKnownMs, federation } = attempt;
    const user = this.#seen('users', userId, atMs);
    if (user === undefined) return { code: 50034, symbol: 'UserAccountNotFound' };
    if (user['accountEnabled'] === false) return { code: 50057, symbol: 'UserDisabled' };
    if (passwordKnownMs !== undefined) {
      if (passwordKnownMs < passwordSet(user))
        return { code: 50126, symbol: 'InvalidUserNameOrPassword' };
      if (object(user['passwordProfile'])['forceChangePasswordNextSignIn'] === true)
        return { code: 50055, symbol: 'InvalidPasswordExpiredPassword' };
    }
    if (grantIssuedMs !== undefined && this.isSessionRevoked(userId, grantIssuedMs, atMs))
      return grantIssuedMs < passwordSet(user)
        ? { code: 50133, symbol: 'SsoArtifactRevoked' }
        : { code: 50173, symbol: 'FreshTokenNeeded' };
    if (deviceId !== undefined && this.isDisabled(deviceId, atMs))
      return { code: 50155, symbol: 'DeviceAuthenticationFailed' };
    return federation === undefined ? undefined : this.#ofFederation(user, federation);
  }

  #ofFederation(
    user: DirectoryObject,
    { issuerUri, signingCertificate }: NonNullable<Attempt['federation']>,
  ): Refusal | undefined {
    const domain = String(user['userPrincipalName']).split('@')[1]?.toLowerCase() ?? '';
    const isFederated = this.#state.get('domains', domain)?.['authenticationType'] === 'Federated';
    const trust = this.#state
      .owned('federationConfigurations', domain)
      .find((one) => one['issuerUri'] === issuerUri);
    if (!isFederated || trust === undefined)
      return { code: 50107, symbol: 'RequestedFederationRealmObjectDoesNotExist' };
    const known = [trust['signingCertificate'], trust['nextSigningCertificate']];
    if (signingCertificate !== undefined && !known.includes(signingCertificate))
      return { code: 50008, symbol: 'InvalidSamlToken' };
    return undefined;
  }

  #ofClient(appId: string, attempt: Attempt): Refusal | undefined {
    const { atMs, userId, resourceAppId, scopes = [], credential } = attempt;
    const found = this.#state.find('servicePrincipals', appId);
    const client = this.#seen('servicePrincipals', found?.id ?? appId, atMs);
    if (client === undefined)
      return { code: 700016, symbol: 'UnauthorizedClient_DoesNotMatchRequest' };
    if (client['accountEnabled'] === false)
      return { code: 7000112, symbol: 'UnauthorizedClientApplicationDisabled' };
    if (credential !== undefined) {
      const refusal = this.#ofCredential(client, credential, atMs);
      if (refusal !== undefined) return refusal;
    }
    if (userId === undefined) return undefined;
    if (client['appRoleAssignmentRequired'] === true && !this.#isAssigned(client.id, userId))
      return { code: 50105, symbol: 'EntitlementGrantsNotFound' };
    if (resourceAppId === undefined || scopes.length === 0) return undefined;
    const granted = this.grantedScopes(appId, resourceAppId, userId);
    return scopes.every((scope) => granted.includes(scope))
      ? undefined
      : { code: 65001, symbol: 'DelegationDoesNotExist' };
  }

  #ofCredential(
    client: DirectoryObject,
    { keyId, kind }: NonNullable<Attempt['credential']>,
    atMs: number,
  ): Refusal | undefined {
    const application = this.#state.find('applications', String(client['appId']));
    const member = kind === 'password' ? 'passwordCredentials' : 'keyCredentials';
    const held = [...objects(client[member]), ...objects(application?.[member])];
    // An application from another tenant keeps its credentials there.
    if (application === undefined && held.length === 0) return undefined;
    const found = held.find((one) => one['keyId'] === keyId);
    if (found === undefined)
      return kind === 'password'
        ? { code: 7000215, symbol: 'InvalidClientSecret' }
        : { code: 700027, symbol: 'CertificateValidationFailed' };
    return Date.parse(String(found['endDateTime'])) <= atMs
      ? { code: 7000222, symbol: 'InvalidClientSecretExpiredKeysProvided' }
      : undefined;
  }

  #isAssigned(clientId: string, userId: string): boolean {
    for (const { id } of this.#state.related(clientId, 'appRoleAssignedTo')) {
      const principal = this.#state.get('appRoleAssignments', id)?.['principalId'];
      if (principal === userId) return true;
      if (typeof principal === 'string' && this.#state.isRelated(principal, 'members', userId))
        return true;
    }
    return false;
  }

  /** Policies that block. Missing facts match no policy. */
  #ofPolicies({ userId, appId, resourceAppId: resourceId }: Attempt): Refusal | undefined {
    if (userId === undefined) return undefined;
    const code = accessRefusal(this.#state, { userId, appId, resourceId });
    return code === 53_003 ? { code, symbol: 'BlockedByConditionalAccess' } : undefined;
  }
}

function validFrom(user: DirectoryObject): number {
  return time(user['signInSessionsValidFromDateTime']);
}

function passwordSet(user: DirectoryObject): number {
  return time(user['lastPasswordChangeDateTime']);
}

function time(value: unknown): number {
  const ms = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(ms) ? Number.NEGATIVE_INFINITY : ms;
}

function object(value: unknown): { readonly [member: string]: unknown } {
  return typeof value === 'object' && value !== null
    ? (value as { readonly [member: string]: unknown })
    : {};
}

function objects(value: unknown): readonly { readonly [member: string]: unknown }[] {
  return Array.isArray(value) ? value.map(object) : [];
}
