/**
 * What stands behind one sign-in:
 * - `decided`     a permit, given before it
 * - `checked`     the policy, applied afterwards, permits it
 * - `failed`      a deny, or the policy would have denied it
 * - `no-decision` its flow comes past an enforcement point of ours, and none was made
 * - `unknown`     it was looked at, and nobody can tell
 */
export const Statuses = ['decided', 'checked', 'failed', 'no-decision', 'unknown'] as const;
export type AuthorizationStatus = (typeof Statuses)[number];

/** What a permit opened: an action outside of it has no authorisation. Null binds nothing. */
export type PassBounds = {
  readonly openedMs: number;
  readonly expiresMs: number;
  /** When it was ended before its time. */
  readonly endedMs: number | null;
  /** Ids in lower case, and the canonical address. */
  readonly app: string | null;
  readonly device: string | null;
  readonly address: string | null;
};

/** With the id of the decision that opened it. */
export type AuthorizedPass = PassBounds & { readonly decision: string };

export type AuthorizedSignIn = {
  /** Ledger index of any sighting of the sign-in. */
  readonly index: number;
  readonly status: AuthorizationStatus;
  /** Id of the decision behind it. */
  readonly decision: string | null;
};

/** In milliseconds, `[fromMs, toMs)`. */
type Period = { readonly fromMs?: number | undefined; readonly toMs?: number | undefined };

/** One sign-in, by its tenant as it is read and the key of its action. */
export type SignInKey = { readonly tenant: string; readonly action: string };

/**
 * What decisions, passes, checks and the register say. Where none is connected there is nothing
 * behind any sign-in, and every answer stays "cannot tell": that somebody signed in is the
 * vendor's word, and no authorisation of the company's. Of months of a company these are more than
 * memory holds: they come in batches.
 */
export interface AuthorizationSource {
  /** Nothing was ever decided or checked: nothing stands behind any sign-in. */
  readonly isSilent: boolean;
  /** Of sign-ins of a period, or of some of them; one that is not named was not looked at. */
  statuses(
    of: Period | { readonly signIns: readonly SignInKey[] },
  ): AsyncIterable<readonly AuthorizedSignIn[]>;
  /** That some decisions opened, or those on which sign-ins of a period were let in. */
  passes(
    of: Period | { readonly decisions: readonly string[] },
  ): AsyncIterable<readonly AuthorizedPass[]>;
  /** By tenant: object and application ids of registered workload identities, in lower case. */
  registered(): Promise<ReadonlyMap<string, readonly string[]>>;
}

/** Of a data folder in which nobody has said what is allowed. */
export const NO_AUTHORISATIONS: AuthorizationSource = {
  isSilent: true,
  async *statuses() {},
  async *passes() {},
  registered: async () => new Map(),
};
