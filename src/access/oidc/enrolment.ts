import type { Random, TenantId } from '../../core/index.ts';
import { uuidV7 } from '../decision/uuid.ts';
import { AccessError } from '../errors.ts';
import { CODE_MS } from './limits.ts';
import { codeHash, type PasskeyBook } from './passkey-book.ts';
import type { PasskeyRecord } from './passkey-record.ts';

export type InviteRequest = {
  readonly tenant: TenantId;
  /** Object id or sign-in name. */
  readonly person: string;
  readonly device: string | null;
  readonly by: string;
};

/** A record to be written down, and the code to be handed over once it is. */
export type Invited = {
  readonly record: PasskeyRecord;
  readonly id: string;
  readonly reason: 'first' | 'recovery';
  readonly expiresMs: number;
  /** Null: another administrator has to agree first. */
  readonly code: string | null;
};

type World = { readonly nowMs: number; readonly random: Random };

/**
 * One administrator invites to a first passkey. To another one it takes two: who could do it alone
 * would be everybody.
 */
export function invite(
  book: PasskeyBook,
  { tenant, person, device, by }: InviteRequest,
  { nowMs, random }: World,
): Invited {
  const name = person.trim().toLowerCase();
  const isNew = book.of(tenant, name).length === 0;
  const reason = isNew ? 'first' : 'recovery';
  const code = isNew ? codeOf(random) : null;
  const id = uuidV7(nowMs, random);
  const expiresMs = nowMs + CODE_MS;
  const hash = code === null ? null : codeHash(code);
  const invitation = { id, tenant, person: name, reason, by, device, expiresMs } as const;
  const record: PasskeyRecord = {
    ...({ v: 1, what: 'passkey-invited' } as const),
    atMs: nowMs,
    invitation: { ...invitation, codeHash: hash },
  };
  return { record, id, reason, expiresMs, code };
}

/** @throws AccessError INVITATION */
export function approve(
  book: PasskeyBook,
  { id, by }: { readonly id: string; readonly by: string },
  { nowMs, random }: World,
): Invited {
  const known = book.invitation(id);
  if (known === undefined) throw refused(id, 'there is none of that id; see passkeys invitations');
  const { invitation, approvedBy, used } = known;
  const { reason, expiresMs } = invitation;
  if (reason === 'first')
    throw refused(id, 'it needs nobody else; its code was told when it was made');
  if (approvedBy !== null) throw refused(id, `${approvedBy} has agreed to it already`);
  if (used === 'yes' || expiresMs <= nowMs) throw refused(id, 'it is over; invite again');
  if (invitation.by === by) throw refused(id, 'it takes two: another administrator has to agree');
  const code = codeOf(random);
  const record: PasskeyRecord = {
    ...({ v: 1, what: 'passkey-approved' } as const),
    ...{ atMs: nowMs, invitation: id, by, codeHash: codeHash(code) },
  };
  return { record, id, reason, expiresMs, code };
}

/** Crockford's alphabet: nothing that is mistaken for something else. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** 80 bits, in four groups of four. */
function codeOf(random: Random): string {
  const bytes = random.fill(new Uint8Array(16));
  const characters = [...bytes].map((byte) => ALPHABET[byte % 32]).join('');
  return characters.replace(/(.{4})(?=.)/g, '$1-');
}

function refused(id: string, what: string): AccessError {
  return new AccessError('INVITATION', `could not agree to the invitation ${id}: ${what}`);
}
