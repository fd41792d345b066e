import { createHash } from 'node:crypto';
import type { SignedStatement } from '../../approvals/signed-statement.ts';
import type { InvitationApproval } from './invitation-statements.ts';
import type { Invitation, Passkey, PasskeyRecord } from './passkey-record.ts';

/** The current state of a passkey. */
export type RegisteredPasskey = {
  readonly passkey: Passkey;
  readonly registeredMs: number;
  /** The highest counter that it ever stated. */
  readonly counter: number;
  readonly usedMs: number | null;
  /** Null: valid. */
  readonly revoked: { readonly atMs: number; readonly by: string; readonly reason: string } | null;
};

export type KnownInvitation = {
  readonly invitation: Invitation;
  readonly approval: SignedStatement<InvitationApproval> | null;
  readonly used: 'yes' | 'no';
};

/** The state that all records give together. Recovery after a crash is the normal path. */
export class PasskeyRegistry {
  readonly #passkeys = new Map<string, RegisteredPasskey>();
  readonly #invitations = new Map<string, KnownInvitation>();
  readonly #byCode = new Map<string, string>();
  readonly #byPerson = new Map<string, string[]>();

  get(id: string): RegisteredPasskey | undefined {
    return this.#passkeys.get(id);
  }

  /** All passkeys that a person ever had, oldest first. */
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

  /** Finds an invitation by the typed code. */
  invitationOf(code: string): KnownInvitation | undefined {
    return this.#invitations.get(this.#byCode.get(codeHash(code)) ?? '');
  }

  /** Applies a record. Records about unknown items are ignored: their entry was erased. */
  apply(record: PasskeyRecord): void {
    switch (record.what) {
      case 'passkey-invited':
        this.#invite(record.invitation);
        return;
      case 'passkey-approved': {
        const known = this.#invitations.get(record.invitation);
        if (known === undefined) return;
        // The first approval counts, with the code that was handed over.
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
        // Original and copy cannot be told apart, so neither is valid anymore.
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

  /** Idempotent, because entries written here are read again. */
  #invite(invitation: Invitation): void {
    if (this.#invitations.has(invitation.id)) return;
    this.#invitations.set(invitation.id, { invitation, approval: null, used: 'no' });
    if (invitation.codeHash !== null) this.#byCode.set(invitation.codeHash, invitation.id);
  }

  #register(passkey: Passkey, registeredMs: number): void {
    const { id, tenant, person, counter } = passkey;
    // An existing id belongs to its owner; no registration takes it over.
    if (this.#passkeys.has(id)) return;
    this.#passkeys.set(id, { passkey, registeredMs, counter, usedMs: null, revoked: null });
    const key = keyOf(tenant, person);
    this.#byPerson.set(key, [...(this.#byPerson.get(key) ?? []), id]);
    const invited = this.#invitations.get(passkey.invitation);
    if (invited !== undefined)
      this.#invitations.set(passkey.invitation, { ...invited, used: 'yes' });
  }

  #copied(id: string, atMs: number): void {
    const reason = 'its counter went back, so a copy of it exists';
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

/** Normalizes what people add or confuse: spaces, dashes, case, O for 0, I and L for 1. */
export function codeHash(code: string): string {
  const plain = code.toUpperCase().replace(/[\s-]/g, '').replaceAll('O', '0').replace(/[IL]/g, '1');
  return createHash('sha256').update(`countersign enrollment ${plain}`).digest('hex');
}
