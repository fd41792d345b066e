/**
 * What stands behind one sign-in:
 * - `decided`     a permit, given before it
 * - `checked`     the policy, applied afterwards, permits it
 * - `failed`      a deny, or the policy would have denied it
 * - `no-decision` its flow comes past a door of ours, and none was made
 * - `unknown`     it was looked at, and nobody can tell
 */
export const STANDINGS = ['decided', 'checked', 'failed', 'no-decision', 'unknown'] as const;
export type Standing = (typeof STANDINGS)[number];

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

export type SignInStanding = {
  /** Ledger index of any sighting of the sign-in. */
  readonly index: number;
  readonly standing: Standing;
  readonly pass?: PassBounds | undefined;
};

/**
 * What decisions, passes, checks and the register say. Where none is connected there is nothing
 * behind any sign-in, and every answer stays "cannot tell": that somebody signed in is the
 * vendor's word, and no authorisation of the company's.
 */
export interface Authorisations {
  /** Of sign-ins of `[fromMs, toMs)`; one that is not named was not looked at. */
  standings(period: {
    readonly fromMs?: number | undefined;
    readonly toMs?: number | undefined;
  }): AsyncIterable<SignInStanding>;
  /** By tenant: object and application ids of registered workload identities, in lower case. */
  registered(): Promise<ReadonlyMap<string, readonly string[]>>;
}

/** Of a data folder in which nobody has said what is allowed. */
export const NO_AUTHORISATIONS: Authorisations = {
  async *standings() {},
  registered: async () => new Map(),
};
