import { createHash } from 'node:crypto';
import { type Clock, messageOf } from '@countersign/core';
import { PolicyError } from '@countersign/policy';
import { ATTEMPT_MS, SKEW_MS, TAKEN_MAX } from './limits.ts';

/** What was used at once, and when the vendor issued it. */
export type TokenUse = { readonly names: readonly string[]; readonly issuedMs: number };

/** Where it is written down what was used, so that it stays used when this process is another. */
export interface ReplayStore {
  /** All of the last {@link KEPT_MS} of earlier processes at least, in the order of its use. */
  readonly earlier: readonly TokenUse[];
  /** The line that an earlier process left behind. */
  readonly lineMs: number;
  /** Durable when it resolves. `lineMs`: whatever was issued before it need not be kept. */
  keep(used: TokenUse, lineMs: number): Promise<void>;
}

type CachedUse = { readonly issuedMs: number; readonly untilMs: number };

/**
 * What may be used once: hints and nonces. Kept by a clock that does not step, for as long as a
 * hint is good for. What is forgotten leaves a line behind: whatever the vendor issued before it is
 * refused, so that no step of our own clock makes an old hint new again. The line is of the
 * vendor's time alone, and lies behind all that is still good, so it keeps nobody out. What an
 * earlier process took is taken, and is kept as if it had been taken at our start.
 */
export class ReplayCache {
  readonly #clock: Clock;
  readonly #store: ReplayStore;
  readonly #kept = new Map<string, CachedUse>();
  #lineMs: number;

  constructor(clock: Clock, store: ReplayStore) {
    this.#clock = clock;
    this.#store = store;
    this.#lineMs = store.lineMs;
    const nowMs = clock.monotonic();
    for (const { names, issuedMs } of store.earlier) {
      this.#forget(nowMs);
      this.#put(names, issuedMs, nowMs);
    }
  }

  /** Before this moment of the vendor's nothing is good any more. */
  get lineMs(): number {
    return this.#lineMs;
  }

  /**
   * All of them, or none: `again` if any was taken before, or is older than the line. It is written
   * down when it resolves: a crash behind it makes nothing new again.
   * @throws AccessError NOT_ACCOUNTED: they are taken, and MUST let nobody in
   */
  async take(said: readonly string[], issuedMs: number): Promise<'taken' | 'again'> {
    const names = said.map(digestOf);
    const nowMs = this.#clock.monotonic();
    this.#forget(nowMs);
    if (issuedMs <= this.#lineMs || names.some((name) => this.#kept.has(name))) return 'again';
    // First: two at once must not both be the first.
    this.#put(names, issuedMs, nowMs);
    try {
      await this.#store.keep({ names, issuedMs }, this.#lineMs);
    } catch (cause) {
      const why = `could not write down that a hint was used (${messageOf(cause)})`;
      throw new PolicyError('NOT_ACCOUNTED', `${why}: no person is let in with it`, { cause });
    }
    return 'taken';
  }

  #put(names: readonly string[], issuedMs: number, nowMs: number): void {
    for (const name of names) this.#kept.set(name, { issuedMs, untilMs: nowMs + KEPT_MS });
  }

  /** In the order in which they came, which is that of their ends. */
  #forget(nowMs: number): void {
    for (const [name, { issuedMs, untilMs }] of this.#kept) {
      if (untilMs > nowMs && this.#kept.size < TAKEN_MAX) return;
      this.#kept.delete(name);
      this.#lineMs = Math.max(this.#lineMs, issuedMs);
    }
  }
}

/** A hint from a clock that is ahead is good for its skew longer. */
export const KEPT_MS: number = ATTEMPT_MS + 3 * SKEW_MS;

/** As long as any other, whatever somebody sends as a nonce. */
function digestOf(name: string): string {
  return createHash('sha256').update(name).digest('base64url');
}
