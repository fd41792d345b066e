import type { Clock } from '@countersign/core';
import type { People } from '../approvals/signed-statement.ts';
import type { Hint } from './id-token-hint.ts';
import { PASSKEYS_MAX } from './limits.ts';
import { isAgreed } from './passkeys/invitation-statements.ts';
import type { Passkey, PasskeyFault } from './passkeys/passkey-record.ts';
import type { PasskeyStore } from './passkeys/passkey-store.ts';
import type { WebAuthnCeremony } from './passkeys/webauthn-ceremony.ts';
import type { RegisterAttempt } from './pending-sign-ins.ts';

export type EnrollmentEndpointOptions = {
  readonly ceremony: WebAuthnCeremony;
  readonly passkeys: PasskeyStore;
  /** Approvers. A further passkey needs two of them. */
  readonly people: People;
  readonly clock: Clock;
};

/** Registers passkeys, each by an invitation. */
export class EnrollmentEndpoint {
  readonly #options: EnrollmentEndpointOptions;
  /** Resolves when the registration in progress is done. */
  #turn: Promise<void> = Promise.resolve();

  constructor(options: EnrollmentEndpointOptions) {
    this.#options = options;
  }

  /** Whether this person may register one more passkey by this invitation now. */
  isGood(id: string, hint: Hint): boolean {
    const { passkeys, clock, people } = this.#options;
    const { registry } = passkeys;
    const known = registry.invitation(id);
    if (known === undefined || known.used === 'yes') return false;
    const { tenant, person, reason, expiresMs, request } = known.invitation;
    const isTheirs = person === hint.person || person === hint.username?.toLowerCase();
    const had = registry.of(hint.tenant, hint.person);
    // A person invited under another name may have a passkey by now. Then two administrators must
    // agree.
    const isEnough =
      reason === 'recovery' ? isAgreed(request, known.approval, people) : had.length === 0;
    const count = had.filter(({ revoked }) => revoked === null).length;
    const isInTime = clock.now() < expiresMs;
    return isTheirs && tenant === hint.tenant && isEnough && isInTime && count < PASSKEYS_MAX;
  }

  /**
   * Undefined once the passkey is registered and recorded.
   *
   * One at a time: two concurrent registrations would both be the person's first, and one
   * administrator could add a second passkey.
   */
  async register(attempt: RegisterAttempt, text: string): Promise<PasskeyFault | undefined> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const before = this.#turn;
    this.#turn = promise;
    await before;
    try {
      // Another node may have registered one since the code was typed.
      await this.#options.passkeys.refresh();
      if (!this.isGood(attempt.invitation, attempt.hint)) return 'no-code';
      return await this.#take(attempt, text);
    } finally {
      resolve();
    }
  }

  async #take(
    { hint: { tenant, person }, challenge, invitation }: RegisterAttempt,
    text: string,
  ): Promise<PasskeyFault | undefined> {
    const { ceremony, passkeys, clock } = this.#options;
    const found = await ceremony.verifyRegistration(text, challenge, clock.now());
    if (found.kind === 'refused') return found.why;
    const { made } = found;
    // The passkey is registered already. It must not belong to two people.
    if (passkeys.registry.get(made.id) !== undefined) return 'another';
    const device = passkeys.registry.invitation(invitation)?.invitation.device ?? null;
    const passkey: Passkey = { ...made, tenant, person, device, invitation };
    await passkeys.append({ v: 1, what: 'passkey-registered', passkey, atMs: clock.now() });
    return undefined;
  }
}
