import { createHash, timingSafeEqual } from 'node:crypto';
import type { Clock, Random } from '@countersign/core';
import type { Authorization } from './authorization-request.ts';
import type { Hint } from './id-token-hint.ts';
import { ATTEMPT_MS, ATTEMPTS_MAX } from './limits.ts';

declare const purpose: unique symbol;

/**
 * What an authenticator must sign next, and for which step. Only `PendingSignIns` creates one, so a
 * missing, empty or foreign challenge does not compile.
 */
export type Challenge<Kind extends 'use' | 'register'> = string & { readonly [purpose]: Kind };

/** A person from Entra who has not returned there yet. */
export type Visit = {
  readonly hint: Hint;
  readonly asked: Authorization;
  /** The browser's address; null if unknown. */
  readonly address: string | null;
  readonly untilMs: number;
  readonly failures: number;
};

/** A visitor who must prove a passkey, or may type a code. */
export type UseAttempt = Visit & { readonly kind: 'use'; readonly challenge: Challenge<'use'> };

/** A visitor who typed the code of an invitation. */
export type RegisterAttempt = Visit & {
  readonly kind: 'register';
  readonly challenge: Challenge<'register'>;
  readonly invitation: string;
};

/** The state of a visitor. Each step is possible in one state only. */
export type PendingSignIn = UseAttempt | RegisterAttempt;

/** The browser's secrets of an attempt: the cookie, and the token that its pages post. */
export type Hold = { readonly session: string; readonly token: string };

export type BoundSignIn<State extends PendingSignIn> = {
  readonly attempt: State;
  readonly hold: Hold;
};

type PendingEntry = { readonly attempt: PendingSignIn; readonly token: string };

/**
 * Attempts in progress, in memory. Each begins with a hint that Entra signed, so attackers cannot
 * fill the table. The session id changes after every step, and never comes from a browser.
 */
export class PendingSignIns {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #kept = new Map<string, PendingEntry>();

  constructor(clock: Clock, random: Random) {
    this.#clock = clock;
    this.#random = random;
  }

  begin(visit: Omit<Visit, 'untilMs' | 'failures'>): BoundSignIn<UseAttempt> {
    const untilMs = this.#clock.monotonic() + ATTEMPT_MS;
    return this.toUse({ ...visit, untilMs, failures: 0 });
  }

  /** Asks for a passkey: at first, after a registration, and after a failed step. */
  toUse({ hint, asked, address, untilMs, failures }: Visit): BoundSignIn<UseAttempt> {
    const challenge = this.#secret() as Challenge<'use'>;
    return this.#go({ kind: 'use', hint, asked, address, untilMs, failures, challenge });
  }

  toRegister(attempt: UseAttempt, invitation: string): BoundSignIn<RegisterAttempt> {
    const challenge = this.#secret() as Challenge<'register'>;
    return this.#go({ ...attempt, kind: 'register', challenge, invitation });
  }

  /** Ends this step, regardless of its result, so that no page posts twice. */
  take({ session, token }: Hold): PendingSignIn | undefined {
    const key = digestOf(session);
    const kept = this.#kept.get(key);
    if (kept === undefined || !isSame(kept.token, token)) return undefined;
    this.#kept.delete(key);
    // Steps are ordered by creation, not by expiry.
    return kept.attempt.untilMs > this.#clock.monotonic() ? kept.attempt : undefined;
  }

  /** Stores the next step under a new id. */
  #go<State extends PendingSignIn>(attempt: State): BoundSignIn<State> {
    this.#forget();
    const hold = { session: this.#secret(), token: this.#secret() };
    this.#kept.set(digestOf(hold.session), { attempt, token: hold.token });
    return { attempt, hold };
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

/** Constant-time comparison. */
function isSame(known: string, given: string): boolean {
  return timingSafeEqual(Buffer.from(digestOf(known)), Buffer.from(digestOf(given)));
}
