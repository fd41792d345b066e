import type { TenantId } from '@countersign/core';
import type { SecretPlace } from './config-values.ts';

/** The claim of the identity provider that gives a role, with its value. */
export type RoleClaim = { readonly kind: 'role' | 'group' | 'person'; readonly value: string };

export type RoleMapping = {
  readonly role: string;
  readonly claim: RoleClaim;
  /** Limits. Null: not limited. */
  readonly tenants: readonly TenantId[] | null;
  readonly regions: readonly string[] | null;
  readonly groups: readonly string[] | null;
};

/** How Countersign authenticates to the provider (RFC 7523 2.2, or a shared secret). */
export type ClientProof =
  | { readonly kind: 'secret'; readonly place: SecretPlace }
  /** A private key in PEM, for `private_key_jwt`. */
  | { readonly kind: 'key'; readonly place: SecretPlace; readonly keyId: string | undefined };

export type IdentityProviderConfig = {
  readonly issuer: string;
  readonly clientId: string;
  readonly proof: ClientProof;
};

export type OperatorsConfig = {
  /** Where the browsers of operators reach this service. */
  readonly url: string;
  readonly provider?: IdentityProviderConfig | undefined;
  /** A folder of Cedar policies; undefined: those that come with Countersign. */
  readonly roles?: string | undefined;
  readonly regions: Readonly<Record<string, readonly TenantId[]>>;
  readonly assignments: readonly RoleMapping[];
};
