import type { CanaryAct, CanaryPlan } from '@countersign/coverage';

/** A canary that is ready: nothing was done yet but to get a token, which is recorded as well. */
export type ReadyCanary = {
  /** The `uti` of the token, by which sign-in logs name it; null where the token does not tell. */
  readonly tokenId: string | null;
  /**
   * Resolves once the act is done, with what could not be cleared away after it; rejects when it
   * was not done, as far as anybody can tell.
   */
  act(): Promise<{ readonly left: string | null }>;
};

/**
 * Acts under an identity of its own, which has a right to write that collectors do not have. MUST
 * NOT touch what belongs to anybody else. Each act is done with a token of its own.
 */
export interface CanarySender {
  /** What it was given the means for. */
  readonly acts: readonly CanaryAct[];
  ready(plan: CanaryPlan, mark: string, signal?: AbortSignal): Promise<ReadyCanary>;
}
