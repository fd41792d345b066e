import { createHash } from 'node:crypto';
import type { JsonObject } from '../core/json-object.ts';
import type { Directory } from '../directory/directory.ts';
import type { DirectoryObject } from '../directory/model/directory-seed.ts';
import type {
  ExternalMethod,
  IssuanceListener,
  LoginDirectory,
  Person,
  Realm,
  RegisteredApp,
  Resource,
} from '../login/login-directory.ts';
import { externalMethodOf, issuanceListenerOf, redirectsOf } from './external-method.ts';

/** Cannot be guessed, and no person has to type it. */
const PASSWORD_CHARACTERS = 20;

/** The directory as the login authority sees it. Changes take effect at once. */
export class CompanyLogin implements LoginDirectory {
  readonly #directories: ReadonlyMap<string, Directory>;
  readonly #resources: readonly Resource[];
  readonly #now: () => number;

  constructor(options: {
    /** By tenant id. */
    readonly directories: ReadonlyMap<string, Directory>;
    readonly resources: readonly Resource[];
    readonly now: () => number;
  }) {
    this.#directories = options.directories;
    this.#resources = options.resources;
    this.#now = options.now;
  }

  tenantId(idOrDomain: string): string | undefined {
    const name = idOrDomain.toLowerCase();
    if (this.#directories.has(name)) return name;
    for (const [tenantId, { state }] of this.#directories)
      if (state.get('domains', name)?.['isVerified'] === true) return tenantId;
    return undefined;
  }

  app(tenantId: string, clientId: string): RegisteredApp | undefined {
    const directory = this.#directories.get(tenantId);
    const principal = directory?.state.find('servicePrincipals', clientId);
    if (directory === undefined || principal === undefined) return undefined;
    const { effects, state } = directory;
    const application = state.find('applications', clientId);
    const roles: Record<string, readonly string[]> = {};
    const scopes: Record<string, readonly string[]> = {};
    for (const { appId, names } of this.#resources) {
      const name = names[0] ?? appId;
      roles[name] = effects.grantedRoles(clientId, appId);
      scopes[name] = delegatedTo(directory, principal, appId);
    }
    const held = [principal, application];
    return {
      clientId,
      objectId: principal.id,
      name: text(principal['displayName']),
      isEnabled: !effects.isDisabled(principal.id, this.#now()),
      secrets: this.#current(held, 'passwordCredentials', 'secretText'),
      certificates: this.#current(held, 'keyCredentials', 'key'),
      roles,
      scopes,
      redirectUris: redirectsOf(application),
      isPublic: application?.['isFallbackPublicClient'] === true,
      signInAudience:
        application?.['signInAudience'] === 'AzureADMyOrg' ? 'AzureADMyOrg' : 'AzureADMultipleOrgs',
    };
  }

  tenantsOf(clientId: string): readonly string[] {
    const all = [...this.#directories];
    const known = all.filter(([, { state }]) => state.find('servicePrincipals', clientId));
    return known.map(([tenantId]) => tenantId);
  }

  realm(domain: string): Realm | undefined {
    const name = domain.toLowerCase();
    for (const { state } of this.#directories.values()) {
      const found = state.get('domains', name);
      if (found?.['isVerified'] !== true) continue;
      const [trust] = state.owned('federationConfigurations', name);
      if (found['authenticationType'] !== 'Federated' || trust === undefined) {
        return { kind: 'managed' };
      }
      const [metadataUrl, activeUrl] = [trust['metadataExchangeUri'], trust['activeSignInUri']];
      return { kind: 'federated', metadataUrl: text(metadataUrl), activeUrl: text(activeUrl) };
    }
    return undefined;
  }

  person(tenantId: string, name: string): Person | undefined {
    const directory = this.#directories.get(tenantId);
    const user = directory?.state.find('users', name);
    if (directory === undefined || user === undefined) return undefined;
    const validFromMs = Date.parse(text(user['signInSessionsValidFromDateTime']));
    // A revocation takes effect after a delay, and does not affect guests.
    const isRevoked = directory.effects.isSessionRevoked(user.id, validFromMs - 1, this.#now());
    return {
      objectId: user.id,
      userPrincipalName: text(user['userPrincipalName']),
      name: text(user['displayName']),
      isEnabled: !directory.effects.isDisabled(user.id, this.#now()),
      sessionsValidFromMs: isRevoked ? validFromMs : 0,
      profile: profileOf(user),
    };
  }

  /** Each account's own password. A reset replaces it. */
  passwordOf(tenantId: string, objectId: string): string | undefined {
    const user = this.#directories.get(tenantId)?.state.get('users', objectId);
    if (user === undefined) return undefined;
    const since = text(user['lastPasswordChangeDateTime']);
    const hash = createHash('sha256').update(`${objectId} ${since}`);
    return hash.digest('base64url').slice(0, PASSWORD_CHARACTERS);
  }

  externalMethod(tenantId: string, userId: string, clientId: string): ExternalMethod | undefined {
    const directory = this.#directories.get(tenantId);
    return directory && externalMethodOf(directory, userId, clientId);
  }

  issuanceListener(tenantId: string, clientId: string): IssuanceListener | undefined {
    const directory = this.#directories.get(tenantId);
    return directory && issuanceListenerOf(directory, clientId, (id) => this.app(tenantId, id));
  }

  /** Credentials that have not expired, and whose secrets the emulator knows. */
  #current(
    held: readonly (DirectoryObject | undefined)[],
    member: string,
    opener: string,
  ): readonly string[] {
    const all = held.flatMap((object) => (object?.[member] ?? []) as readonly JsonObject[]);
    return all
      .filter((one) => Date.parse(text(one['endDateTime'])) > this.#now())
      .map((one) => text(one[opener]))
      .filter((one) => one !== '');
  }
}

/** The person's properties that extensions receive (contracts 10.1). */
const PROFILE: readonly string[] = [
  ...['companyName', 'createdDateTime', 'displayName', 'givenName', 'mail', 'preferredLanguage'],
  ...['surname', 'userPrincipalName', 'userType'],
];

function profileOf(user: DirectoryObject): JsonObject {
  return Object.fromEntries(
    PROFILE.flatMap((name) => (user[name] === undefined ? [] : [[name, user[name]]])),
  );
}

/** The delegated permissions that anyone granted to the client. */
function delegatedTo(
  { state }: Directory,
  client: DirectoryObject,
  resourceAppId: string,
): readonly string[] {
  const resource = state.find('servicePrincipals', resourceAppId);
  const scopes = new Set<string>();
  for (const { id } of state.related(client.id, 'oauth2PermissionGrants')) {
    const grant = state.get('oauth2PermissionGrants', id);
    if (grant === undefined || grant['resourceId'] !== resource?.id) continue;
    for (const scope of text(grant['scope']).split(' ')) if (scope !== '') scopes.add(scope);
  }
  return [...scopes];
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
