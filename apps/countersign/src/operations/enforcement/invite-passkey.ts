import { z } from 'zod';
import type { SignedStatement } from '../../enforcement/approvals/signed-statement.ts';
import type { InvitationRequest } from '../../enforcement/eam/passkeys/invitation-statements.ts';
import type { KnownInvitation } from '../../enforcement/eam/passkeys/passkey-registry.ts';
import { YES } from '../definition/conclusion.ts';
import { invalidInput } from '../definition/errors.ts';
import { field } from '../definition/fields.ts';
import type { OperationContext } from '../definition/operation.ts';
import { type DocumentOperation, documentResult } from '../definition/operation.ts';
import { resolveId } from '../readers/ids.ts';
import {
  INVITED_ENTRY,
  type InvitedEntry,
  recordInvitation,
  recordInvitationApproval,
} from './passkeys.ts';
import {
  CONFIG_FIELDS,
  type ConfigInput,
  configFile,
  OPTIONAL_SIGNER_FIELDS,
  type OptionalSignerInput,
  SIGNER_FIELDS,
  type SignerInput,
  signStatement,
} from './signer.ts';

type InviteInput = OptionalSignerInput &
  ConfigInput & { readonly person: string; readonly device?: string | undefined };

export const invitePasskey: DocumentOperation<InviteInput, InvitedEntry> = {
  name: 'passkeys invite',
  summary: 'invite a person to register a passkey',
  description:
    'Prints a code that works once, within a day. A person who has or had a passkey needs two ' +
    'administrators with their own keys: one signs the invitation (--as, --sign-with), and the ' +
    'other approves it (passkeys approve) and gets the code.',
  scope: 'credentials:write',
  effect: 'write',
  kind: 'document',
  runsIn: 'caller',
  dryRun: 'offered',
  input: z.strictObject({
    person: field(z.string().min(1), 'object id; for a first passkey the sign-in name is enough', {
      value: 'person',
    }),
    device: field(
      z.string().optional(),
      'the device of the directory that the passkey will be bound to',
      { value: 'id' },
    ),
    ...OPTIONAL_SIGNER_FIELDS,
    ...CONFIG_FIELDS,
  }),
  output: INVITED_ENTRY,
  examples: [
    {
      summary: 'Invite a person to register a first passkey',
      input: { person: 'ada@contoso.example' },
      commandLine:
        'passkeys invite ada@contoso.example --tenant 8f2a54c1-6b0e-4d3c-9a7f-1e5b2c3d4e5f',
      needs: 'enforcement point',
    },
  ],
  async run(context, input) {
    const { tenant, dataDir } = context;
    if (tenant === undefined) {
      throw invalidInput('could not choose a tenant: name it with --tenant GUID');
    }
    const { person, device } = input;
    const said = await signedRequest(context, { tenant, person, device: device ?? '' }, input);
    const config = configFile(dataDir, input);
    const record = { person, tenant, device, said, config };
    return documentResult(await context.perform(recordInvitation, record), YES);
  },
};

type ApproveInput = SignerInput & ConfigInput & { readonly invitation: string };

export const approveInvitation: DocumentOperation<ApproveInput, InvitedEntry> = {
  name: 'passkeys approve',
  summary: 'approve an invitation of another administrator',
  description: 'Signs the approval of an invitation, and prints its code.',
  scope: 'credentials:write',
  effect: 'write',
  kind: 'document',
  runsIn: 'caller',
  dryRun: 'offered',
  input: z.strictObject({
    invitation: field(z.string().min(1), 'its id', { value: 'invitation' }),
    ...SIGNER_FIELDS,
    ...CONFIG_FIELDS,
  }),
  output: INVITED_ENTRY,
  examples: [
    {
      summary: 'Approve it as the second administrator',
      input: { invitation: '0197', as: 'ben', signWith: '/etc/keys/ben/countersign.pem' },
      commandLine: 'passkeys approve 0197 --as ben --sign-with /etc/keys/ben/countersign.pem',
      needs: 'files',
    },
  ],
  async run(context, input) {
    const { statementDigest } = await import('../../enforcement/approvals/signed-statement.ts');
    const { id: invitation, request } = await findInvitation(context, input.invitation);
    if (request === undefined || request === null) {
      throw invalidInput(
        `the invitation ${invitation} needs no approval; its code was shown when it was created`,
      );
    }
    const { tenant, person, device, by } = request.statement;
    // The approver sees what they approve.
    const bound = device === '' ? '' : `, bound to the device ${device}`;
    context.notice(`${by} requests that ${person} of ${tenant} may register a passkey${bound}`);
    const said = await signStatement(input.signWith, {
      ...{ v: 1, what: 'passkey-approval', invitation, request: statementDigest(request) },
      ...{ by: input.as, atMs: context.clock.now() },
    } as const);
    const record = { said, config: configFile(context.dataDir, input) };
    return documentResult(await context.perform(recordInvitationApproval, record), YES);
  },
};

async function signedRequest(
  { clock, random }: OperationContext,
  { tenant, person, device }: Pick<InvitationRequest, 'tenant' | 'person' | 'device'>,
  { as: by, signWith }: OptionalSignerInput,
): Promise<SignedStatement<InvitationRequest> | undefined> {
  if (by === undefined && signWith === undefined) return undefined;
  if (by === undefined || signWith === undefined) {
    throw invalidInput('could not sign: give both --as NAME and --sign-with KEYFILE');
  }
  const { personName } = await import('../../enforcement/eam/passkeys/enrollment.ts');
  const { uuidV7 } = await import('@countersign/policy');
  const atMs = clock.now();
  return signStatement(signWith, {
    ...{ v: 1, what: 'passkey-invitation', invitation: uuidV7(atMs, random) },
    ...{ tenant, person: personName(person), device, by, atMs },
  } as const);
}

async function findInvitation(
  { readers }: OperationContext,
  text: string,
): Promise<KnownInvitation['invitation']> {
  const { PasskeyFeed } = await import('../../enforcement/eam/passkeys/ledger-passkeys.ts');
  const { store, ledger } = await readers.sources();
  const { book } = await PasskeyFeed.open({ store, reader: ledger });
  const all = new Map(
    [...book.invitations()].map(({ invitation }) => [invitation.id, invitation] as const),
  );
  const id = resolveId(text, all.keys(), { what: 'invitation', list: 'passkeys invitations' });
  return all.get(id) as KnownInvitation['invitation'];
}
