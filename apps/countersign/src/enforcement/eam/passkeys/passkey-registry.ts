import { createHash } from 'node:crypto';
import type { SignedStatement } from '../../approvals/signed-statement.ts';
import type { InvitationApproval } from './invitation-statements.ts';
import type { Invitation, Passkey, PasskeyRecord } from './passkey-record.ts';

/** A passkey as it is now. */
export type RegisteredPasskey = {
  readonly passkey: Passkey;
  readonly registeredMs: number;
  /** The highest that it ever stated. */
  readonly counter: number;
  readonly usedMs: number | null;
  /** Null: it counts. */
  readonly revoked: { readonly atMs: number; readonly by: string; readonly reason: string } | null;
};

export type KnownInvitation = {
  readonly invitation: Invitation;
  readonly approval: SignedStatement<InvitationApproval> | null;
  readonly used: 'yes' | 'no';
};

/** What all records together say. The way after a crash is the way of every day. */
export class PasskeyRegistry {
  readonly #passkeys = new Map<string, RegisteredPasskey>();
  readonly #invitations = new Map<string, KnownInvitation>();
  readonly #byCode = new Map<string, string>();
  readonly #byPerson = new Map<string, string[]>();

  get(id: string): RegisteredPasskey | undefined {
    return this.#passkeys.get(id);
  }

  /** All that a person ever had, oldest first. */
  of(tenant: string, person: string): readonly RegisteredPasskey[] {
    const ids = this.#byPerson.get(keyOf(tenant, person)) ?? [];
    return ids.flatMap((id) => this.#passkeys.get(id) ?? []);
  }

  all(): IterableIterator<RegisteredPasskey> {
    return this.#passkeys.values();
  }

  invitations(): IterableIterator<KnownInvitation> {
    return this.#invitations.values();
  }

  invitation(id: string): KnownInvitation | undefined {
    return this.#invitations.get(id);
  }

  /** By what somebody typed. */
  invitationOf(code: string): KnownInvitation | undefined {
    return this.#invitations.get(this.#byCode.get(codeHash(code)) ?? '');
  }

  /** Records of things that are not there (their entry is erased) say nothing. */
  apply(record: PasskeyRecord): void {
    switch (record.what) {
      case 'passkey-invited':
        this.#invite(record.invitation);
        return;
      case 'passkey-approved': {
        const known = this.#invitations.get(record.invitation);
        if (known === undefined) return;
        // The first one counts, and the code that was told with it.
        if (known.approval !== null) return;
        const { codeHash: hash, approval } = record;
        this.#byCode.set(hash, record.invitation);
        this.#invitations.set(record.invitation, { ...known, approval });
        return;
      }
      case 'passkey-registered':
        this.#register(record.passkey, record.atMs);
        return;
      case 'passkey-used':
        this.#change(record.id, (known) => ({
          ...known,
          counter: Math.max(known.counter, record.counter),
          usedMs: Math.max(known.usedMs ?? record.atMs, record.atMs),
        }));
        return;
      case 'passkey-refused':
        // Which of the two is the copy nobody can tell: neither counts any more.
        if (record.why === 'copied' && record.id !== null) this.#copied(record.id, record.atMs);
        return;
      case 'passkey-revoked': {
        const { atMs, by, reason } = record;
        this.#change(record.id, (known) => ({
          ...known,
          revoked: known.revoked ?? { atMs, by, reason },
        }));
      }
    }
  }

  /** Entries are read again that were written here: said twice is said once. */
  #invite(invitation: Invitation): void {
    if (this.#invitations.has(invitation.id)) return;
    this.#invitations.set(invitation.id, { invitation, approval: null, used: 'no' });
    if (invitation.codeHash !== null) this.#byCode.set(invitation.codeHash, invitation.id);
  }

  #register(passkey: Passkey, registeredMs: number): void {
    const { id, tenant, person, counter } = passkey;
    // An id that is there is the other's: nobody takes it over.
    if (this.#passkeys.has(id)) return;
    this.#passkeys.set(id, { passkey, registeredMs, counter, usedMs: null, revoked: null });
    const key = keyOf(tenant, person);
    this.#byPerson.set(key, [...(this.#byPerson.get(key) ?? []), id]);
    const invited = this.#invitations.get(passkey.invitation);
    if (invited !== undefined)
      this.#invitations.set(passkey.invitation, { ...invited, used: 'yes' });
  }

  #copied(id: string, atMs: number): void {
    const reason = 'its counter went back: there is a copy of it';
    this.#change(id, (known) => ({
      ...known,
      revoked: known.revoked ?? { atMs, by: 'countersign', reason },
    }));
  }

  #change(id: string, change: (known: RegisteredPasskey) => RegisteredPasskey): void {
    const known = this.#passkeys.get(id);
    if (known !== undefined) this.#passkeys.set(id, change(known));
  }
}

function keyOf(tenant: string, person: string): string {
  return `${tenant} ${person}`;
}

/** Without what people add or mistake: spaces, dashes, case, O for 0, I and L for 1. */
export function codeHash(code: string): string {
  const plain = code.toUpperCase().replace(/[\s-]/g, '').replaceAll('O', '0').replace(/[IL]/g, '1');
  return createHash('sha256').update(`countersign enrolment ${plain}`).digest('hex');
}
