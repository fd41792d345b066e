import type { CanaryAct, CanaryPlan } from '@countersign/coverage';

/** A prepared canary. So far only its token was issued, which the sign-in log records as well. */
export type ReadyCanary = {
  /** The token's `uti`, by which sign-in logs name it; null if the token does not state it. */
  readonly tokenId: string | null;
  /**
   * Resolves after the act, with a description of what its cleanup left behind. Rejects if the act
   * failed, as far as the client can know.
   */
  act(): Promise<{ readonly left: string | null }>;
};

/**
 * Acts with an identity of its own that can write; collectors cannot.
 *
 * MUST NOT touch objects that were not set apart for canaries. Each act uses a new token.
 */
export interface CanarySender {
  /** Acts for which the configuration names an object. */
  readonly acts: readonly CanaryAct[];
  ready(plan: CanaryPlan, mark: string, signal?: AbortSignal): Promise<ReadyCanary>;
}
