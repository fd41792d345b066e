import type { JsonObject } from '../core/json-object.ts';

/** An application as a tenant knows it: its registration and its service principal in one. */
export type RegisteredApp = {
  readonly clientId: string;
  /** Object id of its service principal in this tenant. */
  readonly objectId: string;
  readonly name: string;
  readonly isEnabled: boolean;
  readonly secrets: readonly string[];
  /** PEM. */
  readonly certificates: readonly string[];
  /** Application permissions that were granted, by resource (`https://manage.office.com`). */
  readonly roles: Readonly<Record<string, readonly string[]>>;
  /** Delegated permissions that were granted, by resource. */
  readonly scopes: Readonly<Record<string, readonly string[]>>;
  readonly redirectUris: readonly string[];
  /** True for one that cannot keep a secret: it redeems codes by PKCE alone. */
  readonly isPublic: boolean;
  /** Whose people it is for; default: `AzureADMultipleOrgs`. */
  readonly signInAudience?: 'AzureADMyOrg' | 'AzureADMultipleOrgs';
};

export type Person = {
  readonly objectId: string;
  readonly userPrincipalName: string;
  readonly name: string;
  readonly isEnabled: boolean;
  /** Refresh tokens and sessions that began before this are void. */
  readonly sessionsValidFromMs: number;
  /** What else extensions are told of them, in Graph's words. */
  readonly profile?: JsonObject;
};

/** What home realm discovery says of a domain. */
export type Realm =
  | { readonly kind: 'managed' }
  | { readonly kind: 'federated'; readonly metadataUrl: string; readonly activeUrl: string };

/** A provider to which a tenant sends people for their second factor (contracts 9.2). */
export type ExternalMethod = {
  readonly displayName: string;
  /** The provider's application; hints are for it. */
  readonly appId: string;
  /** What the provider calls this integration. */
  readonly clientId: string;
  readonly discoveryUrl: string;
  /** Undefined where nobody consented to the provider's application. */
  readonly replyUrls: readonly string[] | undefined;
};

/** A custom extension that is asked before an application's tokens are given (contracts 10.3). */
export type IssuanceListener = {
  readonly listenerId: string;
  readonly extensionId: string;
  readonly targetUrl: string;
  /** `api://fqdn/appId`. */
  readonly resourceId: string;
  readonly resourceAppId: string;
  /** The registration of the extension's own API; undefined where it is gone. */
  readonly resource: RegisteredApp | undefined;
  readonly timeoutMs: number | undefined;
  readonly maximumRetries: number;
  /** Those that may come into a token. */
  readonly claims: readonly string[];
};

/** What the login authority asks of the directory, at every request: it may change at any time. */
export interface LoginDirectory {
  /** By id or verified domain; undefined for a tenant that does not exist. */
  tenantId(idOrDomain: string): string | undefined;
  app(tenantId: string, clientId: string): RegisteredApp | undefined;
  /** In which the application is registered. */
  tenantsOf(clientId: string): readonly string[];
  /** How people of a verified domain sign in; undefined for any other domain. */
  realm(domain: string): Realm | undefined;
  /** By user principal name or object id. */
  person(tenantId: string, name: string): Person | undefined;
  /** By object id; undefined where a password opens nothing. */
  passwordOf(tenantId: string, objectId: string): string | undefined;
  /** Where this person has to show a second factor for this application, if outside. */
  externalMethod(tenantId: string, objectId: string, clientId: string): ExternalMethod | undefined;
  issuanceListener(tenantId: string, clientId: string): IssuanceListener | undefined;
}

/** A resource that tokens can be for. */
export type Resource = {
  readonly appId: string;
  /** As clients name it; the first one is the audience of tokens. */
  readonly names: readonly string[];
};
