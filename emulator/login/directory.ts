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
};

export type Person = {
  readonly objectId: string;
  readonly userPrincipalName: string;
  readonly name: string;
  readonly isEnabled: boolean;
  /** Refresh tokens and sessions that began before this are void. */
  readonly sessionsValidFromMs: number;
};

/** What the login authority asks of the directory, at every request: it may change at any time. */
export interface LoginDirectory {
  /** By id or verified domain; undefined for a tenant that does not exist. */
  tenantId(idOrDomain: string): string | undefined;
  app(tenantId: string, clientId: string): RegisteredApp | undefined;
  /** By user principal name or object id. */
  person(tenantId: string, name: string): Person | undefined;
}

/** A resource that tokens can be for. */
export type Resource = {
  readonly appId: string;
  /** As clients name it; the first one is the audience of tokens. */
  readonly names: readonly string[];
};
