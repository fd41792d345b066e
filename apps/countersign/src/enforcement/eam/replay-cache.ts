import { createHash } from 'node:crypto';
import { type Clock, messageOf } from '@countersign/core';
import { PolicyError } from '@countersign/policy';
import { ATTEMPT_MS, REPLAY_ENTRIES_MAX, SKEW_MS } from './limits.ts';

/** Names that are used together, and when the vendor issued them. */
export type TokenUse = { readonly names: readonly string[]; readonly issuedMs: number };

/** Persistent storage of used names, for the next process. */
export interface ReplayStore {
  /** At least the uses of the last {@link KEPT_MS} by earlier processes, in order. */
  readonly earlier: readonly TokenUse[];
  /** The cutoff that an earlier process wrote. */
  readonly cutoffMs: number;
  /** Durable when it resolves. `cutoffMs`: names issued before it need not be kept. */
  keep(used: TokenUse, cutoffMs: number): Promise<void>;
}

type CachedUse = { readonly issuedMs: number; readonly untilMs: number };

/**
 * Names that work once: hints and nonces.
 *
 * Names are kept for a hint's validity by a monotonic clock. When names are forgotten,
 * a cutoff remains: the cache refuses everything that the vendor issued before it. So a step of the
 * local clock cannot make an old hint valid again. The cutoff uses only the vendor's time. It is
 * older than every valid hint, so it refuses none of them. Names of earlier processes are kept as
 * if they were used when this process started.
 */
export class ReplayCache {
  readonly #clock: Clock;
  readonly #store: ReplayStore;
  readonly #kept = new Map<string, CachedUse>();
  #cutoffMs: number;

  constructor(clock: Clock, store: ReplayStore) {
    this.#clock = clock;
    this.#store = store;
    this.#cutoffMs = store.cutoffMs;
    const nowMs = clock.monotonic();
    for (const { names, issuedMs } of store.earlier) {
      this.#forget(nowMs);
      this.#put(names, issuedMs, nowMs);
    }
  }

  /** Everything that the vendor issued up to this time is refused. */
  get cutoffMs(): number {
    return this.#cutoffMs;
  }

  /**
   * Takes all names, or none: `again` if any was used before, or is older than the cutoff.
   * Durable when it resolves, so names stay used after a crash.
   * @throws PolicyError NOT_ACCOUNTED: the names are used, and MUST give no access
   */
  async take(said: readonly string[], issuedMs: number): Promise<'taken' | 'again'> {
    const names = said.map(digestOf);
    const nowMs = this.#clock.monotonic();
    this.#forget(nowMs);
    if (issuedMs <= this.#cutoffMs || names.some((name) => this.#kept.has(name))) return 'again';
    // Before the write: two concurrent calls must not both be the first.
    this.#put(names, issuedMs, nowMs);
    try {
      await this.#store.keep({ names, issuedMs }, this.#cutoffMs);
    } catch (cause) {
      const why = `could not record the use of a token hint (${messageOf(cause)})`;
      throw new PolicyError('NOT_ACCOUNTED', `${why}, so the sign-in is denied`, { cause });
    }
    return 'taken';
  }

  #put(names: readonly string[], issuedMs: number, nowMs: number): void {
    for (const name of names) this.#kept.set(name, { issuedMs, untilMs: nowMs + KEPT_MS });
  }

  /** In order of arrival, which is also the order of expiry. */
  #forget(nowMs: number): void {
    for (const [name, { issuedMs, untilMs }] of this.#kept) {
      if (untilMs > nowMs && this.#kept.size < REPLAY_ENTRIES_MAX) return;
      this.#kept.delete(name);
      this.#cutoffMs = Math.max(this.#cutoffMs, issuedMs);
    }
  }
}

/** A hint from a fast clock stays valid for the skew longer. */
export const KEPT_MS: number = ATTEMPT_MS + 3 * SKEW_MS;

/** A digest, so that long nonces take no more memory. */
function digestOf(name: string): string {
  return createHash('sha256').update(name).digest('base64url');
}
