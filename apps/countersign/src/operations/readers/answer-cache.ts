import type { Clock } from '@countersign/core';
import type { LedgerHead } from '../../store/reading/ledger-head.ts';

/**
 * Answers whose computation takes longer than a page may wait. A kept answer states the watermark
 * at which it was computed, so it stays true while the ledger grows.
 */
export class AnswerCache {
  readonly #clock: Clock;
  readonly #kept = new Map<string, KeptAnswer>();
  readonly #running = new Set<Promise<unknown>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * The kept answer, or a new one. An old one is returned at once, and renewed meanwhile.
   *
   * @param name names the question with all its inputs
   */
  of<T>(name: string, head: LedgerHead, compute: () => Promise<T>): Promise<CachedAnswer<T>> {
    const nowMs = this.#clock.now();
    const kept = this.#kept.get(name);
    const ageMs = kept === undefined ? Infinity : nowMs - kept.atMs;
    if (kept !== undefined && ageMs <= ANSWER_AGE_MS_MAX) {
      const isSame = kept.size === head.asOf.size && ageMs <= ANSWER_FRESH_MS;
      const renewalMs = Math.max(ANSWER_RENEWAL_MS, RENEWAL_PAUSES * kept.tookMs);
      if (!isSame && ageMs > renewalMs && !kept.isRenewing) {
        kept.isRenewing = true;
        void this.#start(name, head, compute).catch(() => undefined);
      }
      return kept.answer as Promise<CachedAnswer<T>>;
    }
    return this.#start(name, head, compute, 'at once');
  }

  /** The kept answer. Without one, its computation begins, and the result is undefined. */
  async ready<T>(
    name: string,
    head: LedgerHead,
    compute: () => Promise<T>,
  ): Promise<CachedAnswer<T> | undefined> {
    const answer = this.of(name, head, compute);
    const kept = this.#kept.get(name);
    if (kept?.isDone === true) return answer;
    // Its failure is reported to the caller that asks next.
    answer.catch(() => undefined);
    return undefined;
  }

  /** Resolves when nothing is computed: before that, the readers MUST NOT be closed. */
  async settled(): Promise<void> {
    while (this.#running.size > 0) await Promise.allSettled(this.#running);
  }

  #start<T>(
    name: string,
    head: LedgerHead,
    compute: () => Promise<T>,
    when: 'at once' | 'when done' = 'when done',
  ): Promise<CachedAnswer<T>> {
    const startedMs = this.#clock.now();
    const answer = compute().then((value) => ({ value, head }));
    const next: KeptAnswer = {
      ...{ answer, atMs: startedMs, size: head.asOf.size },
      ...{ isRenewing: false, isDone: false, tookMs: 0 },
    };
    const keep = (): void => {
      this.#kept.delete(name);
      this.#kept.set(name, next);
      const [oldest] = this.#kept.keys();
      if (this.#kept.size > ANSWERS_KEPT_MAX && oldest !== undefined) this.#kept.delete(oldest);
    };
    // Callers that ask meanwhile share the computation.
    if (when === 'at once') keep();
    this.#running.add(answer);
    const done = (): void => {
      this.#running.delete(answer);
      next.isDone = true;
      next.tookMs = this.#clock.now() - startedMs;
      keep();
    };
    answer.then(done, () => {
      this.#running.delete(answer);
      const kept = this.#kept.get(name);
      if (kept === next) this.#kept.delete(name);
      else if (kept !== undefined) kept.isRenewing = false;
    });
    return answer;
  }
}

export type CachedAnswer<T> = { readonly value: T; readonly head: LedgerHead };

type KeptAnswer = {
  readonly answer: Promise<CachedAnswer<unknown>>;
  readonly atMs: number;
  /** Entries that the answer covers. */
  readonly size: number;
  isRenewing: boolean;
  isDone: boolean;
  /** How long its computation took. */
  tookMs: number;
};

/** An incident has three pages, and each what-if is a question of its own. */
const ANSWERS_KEPT_MAX = 64;

/** Between two renewals. A page that follows the service asks more often. */
const ANSWER_RENEWAL_MS = 5_000;

/** Renewing takes at most this part of a core, however long it takes. */
const RENEWAL_PAUSES = 4;

/** An answer depends on the clock as well: what is late, and which suppression has ended. */
const ANSWER_FRESH_MS = 60_000;

/** An older answer is not shown. The caller waits for a new one. */
const ANSWER_AGE_MS_MAX = 120_000;
