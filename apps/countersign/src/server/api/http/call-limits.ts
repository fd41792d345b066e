import type { Clock } from '@countersign/core';
import { refuse } from './problem.ts';

/** A console asks a few questions at once, a script about one per core. */
const QUESTIONS_PER_CALLER_MAX = 16;

/** Questions that run at once. More would only wait for the same disk and cores. */
const QUESTIONS_MAX = 64;

/** Each stream reads the ledger by itself, and holds one block of it. */
const STREAMS_PER_CALLER_MAX = 64;

/** Four callers may use all of theirs. A stream that waits costs a reader and no processor. */
const STREAMS_MAX = 256;

/** The sustained rate of one caller. A page of the console asks up to ten questions. */
const REQUESTS_PER_SECOND = 50;

/** A console that opens asks dozens of questions, and a script that starts reads many pages. */
const REQUESTS_BURST = 300;

/** Callers without a request for this long are forgotten. */
const CALLER_KEPT_MS = 60_000;

type CallerUse = { questions: number; streams: number; tokens: number; atMs: number };

export type CallKind = 'question' | 'stream';

/** Bounds what one caller, and all callers together, can ask at the same time. */
export class CallLimits {
  readonly #clock: Clock;
  readonly #callers = new Map<string, CallerUse>();
  readonly #total = { question: 0, stream: 0 };

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Returns what ends the call. @throws ProblemError 429 for a caller's limit, 503 for ours */
  begin(caller: string, kind: CallKind): () => void {
    const use = this.#use(caller);
    if (use.tokens < 1) {
      const retryS = String(Math.ceil((1 - use.tokens) / REQUESTS_PER_SECOND));
      const text = `a caller has ${REQUESTS_PER_SECOND} requests per second: ask less often`;
      refuse(429, 'too-many-requests', text, { 'retry-after': retryS });
    }
    use.tokens -= 1;
    const isQuestion = kind === 'question';
    const own = isQuestion ? use.questions : use.streams;
    const ownMax = isQuestion ? QUESTIONS_PER_CALLER_MAX : STREAMS_PER_CALLER_MAX;
    if (own >= ownMax) {
      const text = `a caller has at most ${ownMax} ${kind}s at once: wait for one to end`;
      refuse(429, `too-many-${kind}s`, text, { 'retry-after': '1' });
    }
    if (this.#total[kind] >= (isQuestion ? QUESTIONS_MAX : STREAMS_MAX)) {
      refuse(503, 'busy', `the service answers as many ${kind}s as it can: try again`, {
        'retry-after': '1',
      });
    }
    this.#add(use, kind, 1);
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      this.#add(use, kind, -1);
    };
  }

  #add(use: CallerUse, kind: CallKind, change: 1 | -1): void {
    this.#total[kind] += change;
    if (kind === 'question') use.questions += change;
    else use.streams += change;
  }

  #use(caller: string): CallerUse {
    const nowMs = this.#clock.monotonic();
    const use = this.#callers.get(caller);
    if (use !== undefined) {
      const gained = ((nowMs - use.atMs) / 1000) * REQUESTS_PER_SECOND;
      use.tokens = Math.min(REQUESTS_BURST, use.tokens + gained);
      use.atMs = nowMs;
      return use;
    }
    for (const [who, { questions, streams, atMs }] of this.#callers) {
      const isOld = nowMs - atMs > CALLER_KEPT_MS;
      if (isOld && questions + streams === 0) this.#callers.delete(who);
    }
    const fresh = { questions: 0, streams: 0, tokens: REQUESTS_BURST, atMs: nowMs };
    this.#callers.set(caller, fresh);
    return fresh;
  }
}
