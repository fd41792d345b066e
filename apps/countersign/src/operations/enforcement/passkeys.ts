import { assert, tenantId } from '@countersign/core';
import { z } from 'zod';
import type { SignedStatement } from '../../enforcement/approvals/signed-statement.ts';
import type { InvitationDraft } from '../../enforcement/eam/passkeys/enrollment.ts';
import {
  type InvitationApproval,
  type InvitationRequest,
  invitationStatementOf,
} from '../../enforcement/eam/passkeys/invitation-statements.ts';
import type { PasskeyRecord } from '../../enforcement/eam/passkeys/passkey-record.ts';
import type { LedgerWriter } from '../../projection/ledger-writer.ts';
import { field } from '../definition/fields.ts';
import type { LedgerOperation } from '../definition/operation.ts';
import type { HandlerContext } from '../host/handler-context.ts';
import { resolveId } from '../readers/ids.ts';

type InvitationStatement = InvitationRequest | InvitationApproval;

export type InvitedEntry = Omit<InvitationDraft, 'record'> & { readonly entry: number };

export const INVITED_ENTRY: z.ZodType<InvitedEntry> = z.strictObject({
  id: z.string(),
  reason: z.enum(['first', 'recovery']),
  expiresMs: z.number(),
  code: z.string().nullable(),
  entry: z.int(),
});

type InvitationRecord = {
  /** Object id or sign-in name. */
  readonly person: string;
  readonly tenant: string;
  /** The directory's device to which the passkey is bound. */
  readonly device?: string | undefined;
  /** If two people are needed: the statement that one of them signed. */
  readonly said?: SignedStatement<InvitationRequest> | undefined;
  /** The configuration that names the approvers. */
  readonly config: string;
};

export const recordInvitation: LedgerOperation<InvitationRecord, InvitedEntry> = {
  name: 'passkeys record-invitation',
  summary: 'write an invitation into the ledger',
  description: 'A step of the operation passkeys invite.',
  isStep: true,
  scope: 'credentials:write',
  effect: 'write',
  kind: 'document',
  runsIn: 'ledger',
  ledger: 'needs',
  repetition: 'once',
  where: 'anywhere',
  dryRun: 'offered',
  input: z.strictObject({
    person: z.string().min(1),
    tenant: z.string(),
    device: z.string().optional(),
    said: statementOf<InvitationRequest>('passkey-invitation').optional(),
    config: z.string(),
  }),
  output: INVITED_ENTRY,
  examples: [],
  async run(writer, { person, tenant, device, said, config }, by) {
    const { invite } = await import('../../enforcement/eam/passkeys/enrollment.ts');
    const { book } = await openFeed(writer);
    const request = {
      said: said ?? null,
      tenant: tenantId(tenant),
      person,
      device: device === undefined || device === '' ? null : device,
      by: nameOf(by),
    };
    // A first passkey needs one administrator and no configuration.
    const people = said === undefined ? new Map() : await peopleIn(config, by);
    return recorded(writer, invite(book, request, { ...worldOf(writer, by), people }));
  },
};

type ApprovalRecord = {
  readonly said: SignedStatement<InvitationApproval>;
  readonly config: string;
};

export const recordInvitationApproval: LedgerOperation<ApprovalRecord, InvitedEntry> = {
  name: 'passkeys record-approval',
  summary: 'write the approval of an invitation into the ledger',
  description: 'A step of the operation passkeys approve.',
  isStep: true,
  scope: 'credentials:write',
  effect: 'write',
  kind: 'document',
  runsIn: 'ledger',
  ledger: 'needs',
  repetition: 'once',
  where: 'anywhere',
  dryRun: 'offered',
  input: z.strictObject({
    said: statementOf<InvitationApproval>('passkey-approval'),
    config: z.string(),
  }),
  output: INVITED_ENTRY,
  examples: [],
  async run(writer, { said, config }, by) {
    const { approve } = await import('../../enforcement/eam/passkeys/enrollment.ts');
    const { book } = await openFeed(writer);
    const people = await peopleIn(config, by);
    const agreed = { said, by: nameOf(by) };
    return recorded(writer, approve(book, agreed, { ...worldOf(writer, by), people }));
  },
};

type RevokeInput = { readonly passkey: string; readonly reason: string };

export type RevokedPasskey = { readonly passkey: string; readonly entry: number };

export const revokePasskey: LedgerOperation<RevokeInput, RevokedPasskey> = {
  name: 'passkeys revoke',
  summary: 'revoke a passkey',
  description: 'Revokes a passkey. The person needs another one to sign in.',
  scope: 'credentials:write',
  effect: 'write',
  kind: 'document',
  runsIn: 'ledger',
  ledger: 'needs',
  repetition: 'once',
  where: 'anywhere',
  dryRun: 'offered',
  input: z.strictObject({
    passkey: field(z.string().min(1), 'its id', { value: 'passkey' }),
    reason: field(z.string().min(1), 'the reason', { value: 'reason' }),
  }),
  output: z.strictObject({ passkey: z.string(), entry: z.int() }),
  examples: [
    {
      summary: 'Revoke the passkey of a lost security key',
      input: { passkey: 'qL9x', reason: 'the key was lost' },
      commandLine: 'passkeys revoke qL9x --reason "the key was lost"',
      needs: 'enforcement point',
    },
  ],
  async run(writer, { passkey: text, reason }, by) {
    const { PolicyError } = await import('@countersign/policy');
    const { book } = await openFeed(writer);
    const ids = [...book.all()].map(({ passkey }) => passkey.id);
    const id = resolveId(text, ids, { what: 'passkey', list: 'passkeys list --all' });
    if (book.get(id)?.revoked !== null) {
      const why = 'it is already revoked';
      throw new PolicyError(
        'UNKNOWN_PASSKEY',
        `could not revoke the passkey ${id}: ${why}; see passkeys list`,
      );
    }
    const atMs = writer.clock.now();
    const record = { v: 1, what: 'passkey-revoked', id, by: nameOf(by), reason, atMs } as const;
    return { passkey: id, entry: await append(writer, record) };
  },
};

function statementOf<S extends InvitationStatement>(
  what: S['what'],
): z.ZodType<SignedStatement<S>> {
  return z.custom<SignedStatement<S>>(
    (value) => invitationStatementOf(value)?.statement.what === what,
    'it is not a signed statement about an invitation',
  );
}

async function openFeed(writer: LedgerWriter) {
  const { PasskeyFeed } = await import('../../enforcement/eam/passkeys/ledger-passkeys.ts');
  return PasskeyFeed.open(writer);
}

async function peopleIn(config: string, by: HandlerContext) {
  const { peopleOf } = await import('../../enforcement/approvals/read-people.ts');
  const { enforcementConfigFor } = await import('./load-enforcement-config.ts');
  return peopleOf(enforcementConfigFor(config, by));
}

/** The caller gets the code once: the entry holds only its digest. */
async function recorded(
  writer: LedgerWriter,
  { record, ...invited }: InvitationDraft,
): Promise<InvitedEntry> {
  return { ...invited, entry: await append(writer, record) };
}

async function append(writer: LedgerWriter, record: PasskeyRecord): Promise<number> {
  const { catchUpProjection } = await import('../../projection/catch-up.ts');
  const { ownEntryDraft } = await import('../../projection/entries/own-entry.ts');
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
