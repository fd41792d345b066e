import { assert, tenantId } from '@countersign/core';
import { AccessError } from '@countersign/policy';
import { peopleOf } from '../enforcement/approvals/read-people.ts';
import type { Signed } from '../enforcement/approvals/signed-statement.ts';
import { approve, type Invited, invite } from '../enforcement/eam/passkeys/enrollment.ts';
import {
  type InvitationApproval,
  type InvitationRequest,
  invitationStatementOf,
} from '../enforcement/eam/passkeys/invitation-statements.ts';
import { PasskeyFeed } from '../enforcement/eam/passkeys/ledger-passkeys.ts';
import type { PasskeyRecord } from '../enforcement/eam/passkeys/passkey-record.ts';
import { catchUp } from '../projection/catch-up.ts';
import { ownEntry } from '../projection/entries/own-entry.ts';
import { doorsFor } from './doors-config.ts';
import { requiredText, textOption, type Work } from './forwarding/command.ts';
import { HandoverError } from './forwarding/errors.ts';
import type { Performer } from './host/handlers.ts';
import type { Writer } from './host/open-writer.ts';

export type InviteWork = {
  /** Object id or sign-in name. */
  readonly person: string;
  readonly tenant: string;
  /** The directory's device to which the passkey will be bound. */
  readonly device: string | undefined;
  /** Where it takes two people: what one of them signed. */
  readonly said: Signed | undefined;
  /** The configuration that names them. */
  readonly config: string;
};

export type InvitedEntry = Omit<Invited, 'record'> & { readonly entry: number };

export function inviteWork(who: string, { person, tenant, ...options }: InviteWork): Work {
  return { command: 'passkeys invite', args: [person], tenant, who, options };
}

export function approveWork(
  who: string,
  options: { readonly said: Signed; readonly config: string },
): Work {
  return { command: 'passkeys approve', args: [], tenant: null, who, options };
}

export function revokeWork(
  who: string,
  { passkey, reason }: { readonly passkey: string; readonly reason: string },
): Work {
  return { command: 'passkeys revoke', args: [passkey], tenant: null, who, options: { reason } };
}

export async function performInvite(
  writer: Writer,
  work: Work,
  by: Performer,
): Promise<InvitedEntry> {
  const { book } = await PasskeyFeed.open(writer);
  const device = textOption(work, 'device') ?? '';
  const said = invitationStatementOf(work.options['said']);
  const request = {
    said: said === undefined ? null : (said as Signed<InvitationRequest>),
    tenant: tenantId(work.tenant ?? ''),
    person: work.args[0] ?? '',
    device: device === '' ? null : device,
    by: nameOf(by),
  };
  // Whoever is invited to a first passkey by one administrator needs no configuration for it.
  const people = said === undefined ? new Map() : peopleOf(doorsFor(work, by));
  return kept(writer, invite(book, request, { ...worldOf(writer, by), people }));
}

export async function performApprove(
  writer: Writer,
  work: Work,
  by: Performer,
): Promise<InvitedEntry> {
  const { book } = await PasskeyFeed.open(writer);
  const said = invitationStatementOf(work.options['said']);
  if (said?.statement.what !== 'passkey-approval') {
    throw new HandoverError('MALFORMED', 'what was said of an invitation is no approval');
  }
  const people = peopleOf(doorsFor(work, by));
  const agreed = { said: said as Signed<InvitationApproval>, by: nameOf(by) };
  return kept(writer, approve(book, agreed, { ...worldOf(writer, by), people }));
}

/** @throws AccessError UNKNOWN_PASSKEY */
export async function performRevoke(
  writer: Writer,
  work: Work,
  by: Performer,
): Promise<{ readonly entry: number }> {
  const { book } = await PasskeyFeed.open(writer);
  const [id = ''] = work.args;
  const known = book.get(id);
  if (known === undefined || known.revoked !== null) {
    const why = known === undefined ? 'there is none of that id' : 'it is revoked already';
    throw new AccessError(
      'UNKNOWN_PASSKEY',
      `could not revoke the passkey ${id}: ${why}; see passkeys list`,
    );
  }
  const reason = requiredText(work, 'reason');
  const atMs = writer.clock.now();
  return {
    entry: await append(writer, {
      ...{ v: 1, what: 'passkey-revoked', id, by: nameOf(by), reason, atMs },
    }),
  };
}

/** The code is told once, to whoever asked: the entry holds its digest alone. */
async function kept(writer: Writer, { record, ...invited }: Invited): Promise<InvitedEntry> {
  return { ...invited, entry: await append(writer, record) };
}

async function append(writer: Writer, record: PasskeyRecord): Promise<number> {
  const [appended] = await writer.ledger.append([ownEntry('credential', record.atMs, record)]);
  await catchUp(writer);
  assert(appended !== undefined, 'every draft has its outcome');
  return appended.index;
}

function worldOf(writer: Writer, { random }: Performer) {
  return { nowMs: writer.clock.now(), random };
}

function nameOf({ doer }: Performer): string {
  return `${doer.who}@${doer.host}`;
}
