import { assert, tenantId } from '@countersign/core';
import { PolicyError } from '@countersign/policy';
import { peopleOf } from '../enforcement/approvals/read-people.ts';
import type { SignedStatement } from '../enforcement/approvals/signed-statement.ts';
import { approve, type InvitationDraft, invite } from '../enforcement/eam/passkeys/enrollment.ts';
import {
  type InvitationApproval,
  type InvitationRequest,
  invitationStatementOf,
} from '../enforcement/eam/passkeys/invitation-statements.ts';
import { PasskeyFeed } from '../enforcement/eam/passkeys/ledger-passkeys.ts';
import type { PasskeyRecord } from '../enforcement/eam/passkeys/passkey-record.ts';
import { catchUpProjection } from '../projection/catch-up.ts';
import { ownEntryDraft } from '../projection/entries/own-entry.ts';
import type { LedgerWriter } from '../projection/ledger-writer.ts';
import { endpointsFor } from './doors-config.ts';
import { type Command, requiredText, textOption } from './forwarding/command.ts';
import { ForwardingError } from './forwarding/errors.ts';
import type { HandlerContext } from './host/handlers.ts';

export type InviteWork = {
  /** Object id or sign-in name. */
  readonly person: string;
  readonly tenant: string;
  /** The directory's device to which the passkey will be bound. */
  readonly device: string | undefined;
  /** Where it takes two people: what one of them signed. */
  readonly said: SignedStatement | undefined;
  /** The configuration that names them. */
  readonly config: string;
};

export type InvitedEntry = Omit<InvitationDraft, 'record'> & { readonly entry: number };

export function inviteWork(who: string, { person, tenant, ...options }: InviteWork): Command {
  return { command: 'passkeys invite', args: [person], tenant, who, options };
}

export function approveWork(
  who: string,
  options: { readonly said: SignedStatement; readonly config: string },
): Command {
  return { command: 'passkeys approve', args: [], tenant: null, who, options };
}

export function revokeWork(
  who: string,
  { passkey, reason }: { readonly passkey: string; readonly reason: string },
): Command {
  return { command: 'passkeys revoke', args: [passkey], tenant: null, who, options: { reason } };
}

export async function performInvite(
  writer: LedgerWriter,
  work: Command,
  by: HandlerContext,
): Promise<InvitedEntry> {
  const { book } = await PasskeyFeed.open(writer);
  const device = textOption(work, 'device') ?? '';
  const said = invitationStatementOf(work.options['said']);
  const request = {
    said: said === undefined ? null : (said as SignedStatement<InvitationRequest>),
    tenant: tenantId(work.tenant ?? ''),
    person: work.args[0] ?? '',
    device: device === '' ? null : device,
    by: nameOf(by),
  };
  // Whoever is invited to a first passkey by one administrator needs no configuration for it.
  const people = said === undefined ? new Map() : peopleOf(endpointsFor(work, by));
  return kept(writer, invite(book, request, { ...worldOf(writer, by), people }));
}

export async function performApprove(
  writer: LedgerWriter,
  work: Command,
  by: HandlerContext,
): Promise<InvitedEntry> {
  const { book } = await PasskeyFeed.open(writer);
  const said = invitationStatementOf(work.options['said']);
  if (said?.statement.what !== 'passkey-approval') {
    throw new ForwardingError('MALFORMED', 'what was said of an invitation is no approval');
  }
  const people = peopleOf(endpointsFor(work, by));
  const agreed = { said: said as SignedStatement<InvitationApproval>, by: nameOf(by) };
  return kept(writer, approve(book, agreed, { ...worldOf(writer, by), people }));
}

/** @throws AccessError UNKNOWN_PASSKEY */
export async function performRevoke(
  writer: LedgerWriter,
  work: Command,
  by: HandlerContext,
): Promise<{ readonly entry: number }> {
  const { book } = await PasskeyFeed.open(writer);
  const [id = ''] = work.args;
  const known = book.get(id);
  if (known === undefined || known.revoked !== null) {
    const why = known === undefined ? 'there is none of that id' : 'it is revoked already';
    throw new PolicyError(
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
async function kept(
  writer: LedgerWriter,
  { record, ...invited }: InvitationDraft,
): Promise<InvitedEntry> {
  return { ...invited, entry: await append(writer, record) };
}

async function append(writer: LedgerWriter, record: PasskeyRecord): Promise<number> {
  const [appended] = await writer.ledger.append([ownEntryDraft('credential', record.atMs, record)]);
  await catchUpProjection(writer);
  assert(appended !== undefined, 'every draft has its outcome');
  return appended.index;
}

function worldOf(writer: LedgerWriter, { random }: HandlerContext) {
  return { nowMs: writer.clock.now(), random };
}

function nameOf({ actor }: HandlerContext): string {
  return `${actor.who}@${actor.host}`;
}
