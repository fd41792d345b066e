import type { TenantId } from '@countersign/core';

/**
 * Who asks, as proved: a person at the command line of this machine, an operator with a session, or
 * a machine with a token. Nothing in it comes from a claim of the client.
 */
export type Caller = {
  readonly kind: 'account' | 'operator' | 'token';
  /** As entries state it, for example `token soc-export`. Stable, and never a secret. */
  readonly who: string;
  /** The scopes of operations that the caller may run. `all`: the account that owns the folder. */
  readonly scopes: 'all' | ReadonlySet<string>;
  /** The tenants whose data the caller may see. */
  readonly tenants: 'all' | ReadonlySet<TenantId>;
  /** The groups of people whose data the caller may see. Undefined: not limited by group. */
  readonly groups?: ReadonlySet<string> | undefined;
  /**
   * Of an operator, whose roles may reach other tenants with each scope. `authorize` narrows
   * `tenants` and `groups` to one of them. Undefined: every scope has the limits above.
   */
  readonly grants?: readonly Grant[] | undefined;
  /** Whether answers name people. */
  readonly people: 'names' | 'pseudonyms';
  /** When the caller last proved who it is, in ms since 1970; undefined for a token. */
  readonly provedAtMs: number | undefined;
  /** The token or session that proves it; undefined for an account of this machine. */
  readonly credential?: CredentialReference | undefined;
};

/** Names a credential without its secret. */
export type CredentialReference = { readonly kind: 'token' | 'session'; readonly id: string };

/** One scope, and whose data it reaches. */
export type Grant = {
  readonly scope: string;
  readonly tenants: 'all' | ReadonlySet<TenantId>;
  /** Groups of people. Undefined: not limited. */
  readonly groups: ReadonlySet<string> | undefined;
};
