import type { JsonObject } from '../core/json-object.ts';

/** An application as a tenant knows it: registration and service principal in one. */
export type RegisteredApp = {
  readonly clientId: string;
  /** Object id of its service principal in this tenant. */
  readonly objectId: string;
  readonly name: string;
  readonly isEnabled: boolean;
  readonly secrets: readonly string[];
  /** PEM. */
  readonly certificates: readonly string[];
  /** Granted application permissions, by resource (`https://manage.office.com`). */
  readonly roles: Readonly<Record<string, readonly string[]>>;
  /** Granted delegated permissions, by resource. */
  readonly scopes: Readonly<Record<string, readonly string[]>>;
  readonly redirectUris: readonly string[];
  /** True for a public client: it redeems codes with PKCE alone. */
  readonly isPublic: boolean;
  /** The allowed tenants. Default: `AzureADMultipleOrgs`. */
  readonly signInAudience?: 'AzureADMyOrg' | 'AzureADMultipleOrgs';
};

export type Person = {
  readonly objectId: string;
  readonly userPrincipalName: string;
  readonly name: string;
  readonly isEnabled: boolean;
  /** Refresh tokens and sessions from before this time are void. */
  readonly sessionsValidFromMs: number;
  /** Additional properties that extensions receive, as in Graph. */
  readonly profile?: JsonObject;
};

/** The result of home realm discovery for a domain. */
export type Realm =
  | { readonly kind: 'managed' }
  | { readonly kind: 'federated'; readonly metadataUrl: string; readonly activeUrl: string };

/** A provider of a tenant's external second factor (contracts 9.2). */
export type ExternalMethod = {
  readonly displayName: string;
  /** The provider's application; the audience of hints. */
  readonly appId: string;
  /** The provider's id of this integration. */
  readonly clientId: string;
  readonly discoveryUrl: string;
  /** Undefined if the provider's application has no consent. */
  readonly replyUrls: readonly string[] | undefined;
};

/** A custom extension that is called before an application's tokens are issued (contracts 10.3). */
export type IssuanceListener = {
  readonly listenerId: string;
  readonly extensionId: string;
  readonly targetUrl: string;
  /** `api://fqdn/appId`. */
  readonly resourceId: string;
  readonly resourceAppId: string;
  /** The registration of the extension's API; undefined if it was deleted. */
  readonly resource: RegisteredApp | undefined;
  readonly timeoutMs: number | undefined;
  readonly maximumRetries: number;
  /** The claims that it may add to a token. */
  readonly claims: readonly string[];
};

/** The login authority's view of the directory. Each request queries it, because it may change. */
export interface LoginDirectory {
  /** By id or verified domain; undefined for an unknown tenant. */
  tenantId(idOrDomain: string): string | undefined;
  app(tenantId: string, clientId: string): RegisteredApp | undefined;
  /** The tenants in which the application is registered. */
  tenantsOf(clientId: string): readonly string[];
  /** How people of a verified domain sign in; undefined for any other domain. */
  realm(domain: string): Realm | undefined;
  /** By user principal name or object id. */
  person(tenantId: string, name: string): Person | undefined;
  /** By object id; undefined if the account has no usable password. */
  passwordOf(tenantId: string, objectId: string): string | undefined;
  /** The external method that this person needs for this application, if any. */
  externalMethod(tenantId: string, objectId: string, clientId: string): ExternalMethod | undefined;
  issuanceListener(tenantId: string, clientId: string): IssuanceListener | undefined;
}

/** A resource that tokens can be for. */
export type Resource = {
  readonly appId: string;
  /** Names used by clients. The first one is the audience of tokens. */
  readonly names: readonly string[];
};
