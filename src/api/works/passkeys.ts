import {
  AccessError,
  approve,
  type Invited,
  invite,
  type PasskeyRecord,
} from '../../access/index.ts';
import { assert, tenantId } from '../../core/index.ts';
import { catchUp, ownEntry, PasskeyFeed, type Writer } from '../../pipeline/index.ts';
import type { Performer } from '../perform.ts';
import { requiredText, textOption, type Work } from '../work.ts';

export type InviteWork = {
  /** Object id or sign-in name. */
  readonly person: string;
  readonly tenant: string;
  /** The directory's device to which the passkey will be bound. */
  readonly device: string | undefined;
};

export type InvitedEntry = Omit<Invited, 'record'> & { readonly entry: number };

export function inviteWork(who: string, { person, tenant, device = '' }: InviteWork): Work {
  return { command: 'passkeys invite', args: [person], tenant, who, options: { device } };
}

export function approveWork(who: string, invitation: string): Work {
  return { command: 'passkeys approve', args: [invitation], tenant: null, who, options: {} };
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
  const request = {
    tenant: tenantId(work.tenant ?? ''),
    person: work.args[0] ?? '',
    device: device === '' ? null : device,
    by: nameOf(by),
  };
  return said(writer, invite(book, request, { nowMs: writer.clock.now(), random: by.random }));
}

export async function performApprove(
  writer: Writer,
  work: Work,
  by: Performer,
): Promise<InvitedEntry> {
  const { book } = await PasskeyFeed.open(writer);
  const world = { nowMs: writer.clock.now(), random: by.random };
  return said(writer, approve(book, { id: work.args[0] ?? '', by: nameOf(by) }, world));
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
async function said(writer: Writer, { record, ...invited }: Invited): Promise<InvitedEntry> {
  return { ...invited, entry: await append(writer, record) };
}

async function append(writer: Writer, record: PasskeyRecord): Promise<number> {
  const [appended] = await writer.ledger.append([ownEntry('credential', record.atMs, record)]);
  await catchUp(writer);
  assert(appended !== undefined, 'every draft has its outcome');
  return appended.index;
}

function nameOf({ doer }: Performer): string {
  return `${doer.who}@${doer.host}`;
}
