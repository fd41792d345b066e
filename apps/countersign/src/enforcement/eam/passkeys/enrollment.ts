import type { Random, TenantId } from '@countersign/core';
import { PolicyError, SAID_MS_MAX, uuidV7 } from '@countersign/policy';
import { isSaidBy, type People, type SignedStatement } from '../../approvals/signed-statement.ts';
import { CODE_MS } from '../limits.ts';
import {
  type InvitationApproval,
  type InvitationRequest,
  isAgreed,
} from './invitation-statements.ts';
import type { PasskeyRecord } from './passkey-record.ts';
import { codeHash, type PasskeyRegistry } from './passkey-registry.ts';

export type InviteRequest = {
  readonly tenant: TenantId;
  /** Object id or sign-in name. */
  readonly person: string;
  readonly device: string | null;
  /** The account that requests it. */
  readonly by: string;
  /** Null: one administrator alone, which is enough for a first passkey. */
  readonly said: SignedStatement<InvitationRequest> | null;
};

/** A record to write, and the code to hand over once it is durable. */
export type InvitationDraft = {
  readonly record: PasskeyRecord;
  readonly id: string;
  readonly reason: 'first' | 'recovery';
  readonly expiresMs: number;
  /** Null: another administrator has to approve first. */
  readonly code: string | null;
};

type EnrollmentContext = {
  readonly nowMs: number;
  readonly random: Random;
  readonly people: People;
};

/**
 * Creates an invitation. One administrator is enough for a first passkey. A further one needs two
 * signatures, because a single administrator could otherwise sign in as any person.
 * @throws PolicyError INVITATION
 */
export function invite(
  book: PasskeyRegistry,
  request: InviteRequest,
  world: EnrollmentContext,
): InvitationDraft {
  const { tenant, device, by, said } = request;
  const { nowMs, random } = world;
  const name = personName(request.person);
  const reason = book.of(tenant, name).length === 0 ? 'first' : 'recovery';
  if (reason === 'recovery') checkRequest(book, { ...request, person: name }, world);
  const id = said?.statement.invitation ?? uuidV7(nowMs, random);
  const code = reason === 'first' ? codeOf(random) : null;
  const expiresMs = nowMs + CODE_MS;
  const hash = code === null ? null : codeHash(code);
  const invitation = { id, tenant, person: name, reason, by, device, expiresMs } as const;
  const record: PasskeyRecord = {
    ...({ v: 1, what: 'passkey-invited' } as const),
    atMs: nowMs,
    invitation: { ...invitation, request: reason === 'first' ? null : said, codeHash: hash },
  };
  return { record, id, reason, expiresMs, code };
}

/** The form in which it is signed and looked up. */
export function personName(person: string): string {
  return person.trim().toLowerCase();
}

function checkRequest(
  book: PasskeyRegistry,
  { tenant, person, device, said }: InviteRequest,
  { people, nowMs }: EnrollmentContext,
): void {
  const fault = (why: string): PolicyError =>
    new PolicyError('INVITATION', `could not invite ${person}: ${why}`);
  if (said === null) {
    throw fault(
      'they have, or had, a passkey, so two people must sign. Sign it with --as and --sign-with',
    );
  }
  const { statement } = said;
  const isIt =
    statement.what === 'passkey-invitation' &&
    statement.tenant === tenant &&
    statement.person === person &&
    statement.device === (device ?? '');
  if (!isIt) throw fault('the signature is for another invitation');
  checkSaid(said, people, nowMs, fault);
  if (book.invitation(statement.invitation) !== undefined) {
    throw fault('an invitation with this id already exists');
  }
}

function checkSaid(
  said: SignedStatement,
  people: People,
  nowMs: number,
  fault: (why: string) => PolicyError,
): void {
  const { by, atMs } = said.statement;
  if (!isSaidBy(said, people)) {
    throw fault(
      `${by} is not in enforcementPoints.people of the configuration, or did not sign it`,
    );
  }
  if (Math.abs(nowMs - atMs) > SAID_MS_MAX) {
    throw fault('its signature is too old, or from another clock: sign it again');
  }
}

/** @throws PolicyError INVITATION */
export function approve(
  book: PasskeyRegistry,
  { said, by }: { readonly said: SignedStatement<InvitationApproval>; readonly by: string },
  { nowMs, random, people }: EnrollmentContext,
): InvitationDraft {
  const { invitation: id } = said.statement;
  const known = book.invitation(id);
  if (known === undefined) throw refused(id, 'no invitation has this id; see passkeys invitations');
  const { invitation, approval, used } = known;
  const { reason, expiresMs, request } = invitation;
  if (reason === 'first')
    throw refused(id, 'it needs no approval; its code was shown when it was created');
  if (approval !== null) throw refused(id, `${approval.statement.by} has already approved it`);
  if (used === 'yes' || expiresMs <= nowMs)
    throw refused(id, 'it is used or expired; invite the person again');
  checkSaid(said, people, nowMs, (why) => refused(id, why));
  if (!isAgreed(request, said, people)) {
    throw refused(id, 'two different people must sign the same invitation');
  }
  const code = codeOf(random);
  const record: PasskeyRecord = {
    ...({ v: 1, what: 'passkey-approved' } as const),
    ...{ atMs: nowMs, invitation: id, by, approval: said, codeHash: codeHash(code) },
  };
  return { record, id, reason, expiresMs, code };
}

/** Crockford's alphabet, without characters that people confuse. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** 80 bits, in four groups of four. */
function codeOf(random: Random): string {
  const bytes = random.fill(new Uint8Array(16));
  const characters = [...bytes].map((byte) => ALPHABET[byte % 32]).join('');
  return characters.replace(/(.{4})(?=.)/g, '$1-');
}

function refused(id: string, what: string): PolicyError {
  return new PolicyError('INVITATION', `could not approve the invitation ${id}: ${what}`);
}
