import { createHash, timingSafeEqual } from 'node:crypto';
import type { Clock, Random } from '../../core/index.ts';
import type { Authorization } from './authorization.ts';
import type { Hint } from './hint.ts';
import { ATTEMPT_MS, ATTEMPTS_MAX } from './limits.ts';

/** Somebody whom Entra sent, and who has not gone back yet. */
export type Attempt = {
  readonly hint: Hint;
  readonly asked: Authorization;
  /** Of the browser; null where nobody says it. */
  readonly address: string | null;
  readonly untilMs: number;
  /** What the authenticator has to sign next. */
  readonly challenge: Challenge;
  readonly failures: number;
};

export type Challenge = {
  readonly kind: 'use' | 'register';
  readonly value: string;
  /** Of one that registers: the invitation by which it may. */
  readonly invitation: string | null;
};

/** What a browser holds of an attempt: the cookie, and what its own pages post beside it. */
export type Hold = { readonly session: string; readonly token: string };

export type Held = { readonly attempt: Attempt; readonly hold: Hold };

type Kept = { readonly attempt: Attempt; readonly token: string };

/**
 * Attempts that are under way, in memory: each begins with a hint that Entra signed, so nobody else
 * can fill it. The session has another id after every step, and never one that a browser brought.
 */
export class Attempts {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #kept = new Map<string, Kept>();

  constructor(clock: Clock, random: Random) {
    this.#clock = clock;
    this.#random = random;
  }

  begin(attempt: Omit<Attempt, 'untilMs' | 'challenge' | 'failures'>): Held {
    const untilMs = this.#clock.monotonic() + ATTEMPT_MS;
    const challenge = this.challenge('use', null);
    return this.go({ ...attempt, untilMs, challenge, failures: 0 });
  }

  challenge(kind: Challenge['kind'], invitation: string | null): Challenge {
    return { kind, invitation, value: this.#secret() };
  }

  /** The next step, under a new id. */
  go(attempt: Attempt): Held {
    this.#forget();
    const hold = { session: this.#secret(), token: this.#secret() };
    this.#kept.set(digestOf(hold.session), { attempt, token: hold.token });
    return { attempt, hold };
  }

  /** Ends this step, whatever comes of it: no page posts twice. */
  take({ session, token }: Hold): Attempt | undefined {
    const key = digestOf(session);
    const kept = this.#kept.get(key);
    if (kept === undefined || !isSame(kept.token, token)) return undefined;
    this.#kept.delete(key);
    // Steps stand in the order in which they were made, not in that of their ends.
    return kept.attempt.untilMs > this.#clock.monotonic() ? kept.attempt : undefined;
  }

  /** Makes room for one more. */
  #forget(): void {
    const nowMs = this.#clock.monotonic();
    for (const [key, { attempt }] of this.#kept) {
      const isOver = attempt.untilMs <= nowMs;
      if (!isOver && this.#kept.size < ATTEMPTS_MAX) return;
      this.#kept.delete(key);
    }
  }

  #secret(): string {
    return Buffer.from(this.#random.fill(new Uint8Array(32))).toString('base64url');
  }
}

function digestOf(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url');
}

/** In the same time whichever character differs. */
function isSame(known: string, given: string): boolean {
  return timingSafeEqual(Buffer.from(digestOf(known)), Buffer.from(digestOf(given)));
}
