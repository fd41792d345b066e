/**
 * The authorization of one sign-in:
 * - `decided`     a permit before it
 * - `checked`     the policy, applied afterwards, permits it
 * - `failed`      a deny, or the policy would have denied it
 * - `no-decision` an enforcement point covers its flow, and there is no decision
 * - `unknown`     it was checked without a result
 */
export const Statuses = ['decided', 'checked', 'failed', 'no-decision', 'unknown'] as const;
export type AuthorizationStatus = (typeof Statuses)[number];

/** What a permit opened. An action outside it is unauthorized. Null members restrict nothing. */
export type PassBounds = {
  readonly openedMs: number;
  readonly expiresMs: number;
  /** When it ended early. */
  readonly endedMs: number | null;
  /** Lowercase ids, and the canonical address. */
  readonly app: string | null;
  readonly device: string | null;
  readonly address: string | null;
};

/** With the id of the decision that opened it. */
export type AuthorizedPass = PassBounds & { readonly decision: string };

export type AuthorizedSignIn = {
  /** Ledger index of any delivery of the sign-in. */
  readonly index: number;
  readonly status: AuthorizationStatus;
  /** Id of its decision. */
  readonly decision: string | null;
};

/** In milliseconds, `[fromMs, toMs)`. */
type Period = { readonly fromMs?: number | undefined; readonly toMs?: number | undefined };

/** A sign-in by its attributed tenant and the key of its action. */
export type SignInKey = { readonly tenant: string; readonly action: string };

/**
 * Access to decisions, passes, checks and the register.
 *
 * If none is connected, every answer stays "cannot tell": a sign-in is the vendor's claim, not the
 * company's authorization. Months of a large company exceed memory, so rows come in batches.
 */
export interface AuthorizationSource {
  /** Nothing was ever decided or checked, so no sign-in is authorized. */
  readonly isSilent: boolean;
  /** Statuses of sign-ins in a period, or of some. A missing one was not checked. */
  statuses(
    of: Period | { readonly signIns: readonly SignInKey[] },
  ): AsyncIterable<readonly AuthorizedSignIn[]>;
  /** Passes of some decisions, or those that cover sign-ins of a period. */
  passes(
    of: Period | { readonly decisions: readonly string[] },
  ): AsyncIterable<readonly AuthorizedPass[]>;
  /** Lowercase object and application ids of registered workload identities, by tenant. */
  registered(): Promise<ReadonlyMap<string, readonly string[]>>;
}

/** The source of a data folder without any policy. */
export const NO_AUTHORIZATIONS: AuthorizationSource = {
  isSilent: true,
  async *statuses() {},
  async *passes() {},
  registered: async () => new Map(),
};
