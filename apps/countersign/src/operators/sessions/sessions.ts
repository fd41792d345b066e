import { randomUUID } from 'node:crypto';
import type { Random } from '@countersign/core';
import type { OperatorIdentity } from '../identity.ts';
import { SESSION_IDLE_MS_MAX, SESSION_MS_MAX, SESSION_SEEN_EVERY_MS } from '../limits.ts';
import type { ValidityClock } from '../validity-clock.ts';
import { hashOf, randomSecret } from './secret.ts';
import type { Session, SessionTable } from './session-table.ts';

export type SessionsOptions = {
  readonly table: SessionTable;
  readonly clock: ValidityClock;
  readonly random: Random;
};

/** The proof of a sign-in. */
export type SignInProof = {
  readonly identity: OperatorIdentity;
  /** When the person proved who they are, in ms since 1970. */
  readonly provedMs: number;
  readonly idToken: string | null;
};

/** Begins and ends sessions. A cookie holds a random value. Only its hash is kept. */
export class Sessions {
  readonly #options: SessionsOptions;

  constructor(options: SessionsOptions) {
    this.#options = options;
  }

  /**
   * Begins a session with a new value, also on a step-up, so that a value from before the sign-in
   * is worth nothing (session fixation). The former session of the browser ends.
   *
   * @returns the value of the cookie
   */
  begin(proof: SignInProof, former: string | undefined): { value: string; session: Session } {
    const { table, clock } = this.#options;
    const nowMs = clock.now();
    table.prune(nowMs);
    const before = former === undefined ? undefined : this.find(former);
    const isSame = before?.identity.person === proof.identity.person;
    if (before !== undefined) table.end(before.id, 'another sign-in of the same browser');
    const value = this.secret();
    const session = {
      id: randomUUID(),
      ...proof,
      createdMs: nowMs,
      seenMs: nowMs,
      // A step-up does not prolong a session.
      endsMs: isSame ? before.endsMs : nowMs + SESSION_MS_MAX,
    };
    table.add(hashOf(value), session);
    return { value, session: { ...session, ended: null } };
  }

  /** A session that counts now. */
  find(value: string): Session | undefined {
    const session = this.#options.table.ofHash(hashOf(value));
    return session !== undefined && this.isValid(session) ? session : undefined;
  }

  /** A session that counts now, by its id. */
  get(id: string): Session | undefined {
    const session = this.#options.table.get(id);
    return session !== undefined && this.isValid(session) ? session : undefined;
  }

  isValid({ ended, endsMs, seenMs }: Session): boolean {
    const nowMs = this.#options.clock.now();
    return ended === null && nowMs < endsMs && nowMs - seenMs < SESSION_IDLE_MS_MAX;
  }

  /** A request keeps a session open. Written at most once a minute. */
  markSeen({ id, seenMs }: Session): void {
    const { table, clock } = this.#options;
    const nowMs = clock.now();
    if (nowMs - seenMs >= SESSION_SEEN_EVERY_MS) table.markSeen(id, nowMs);
  }

  end(id: string, reason: string): void {
    this.#options.table.end(id, reason);
  }

  /** Ends the open sessions of a person, of a provider's session, or all. */
  endWhere(isMeant: (session: Session) => boolean, reason: string): number {
    const found = this.#options.table.open().filter(isMeant);
    for (const { id } of found) this.end(id, reason);
    return found.length;
  }

  /** 256 random bits in base64url. */
  secret(): string {
    return randomSecret(this.#options.random);
  }
}
