import { z } from 'zod';
import type {
  KnownInvitation,
  RegisteredPasskey,
} from '../../enforcement/eam/passkeys/passkey-registry.ts';
import { field } from '../definition/fields.ts';
import { type ListOperation, listResult, type Rows } from '../definition/operation.ts';
import { indexConclusion, type Readers } from '../readers/readers.ts';

type PasskeysInput = { readonly person?: string | undefined; readonly all?: boolean | undefined };

const PASSKEY = z.strictObject({
  id: z.string(),
  tenant: z.string(),
  person: z.string(),
  counter: z.int(),
  aaguid: z.string(),
  format: z.string(),
  transports: z.array(z.string()),
  bound: z.enum(['device', 'synced']),
  device: z.string().nullable(),
  invitation: z.string(),
  registeredMs: z.int(),
  usedMs: z.int().nullable(),
  revoked: z.strictObject({ atMs: z.int(), by: z.string(), reason: z.string() }).nullable(),
});

const INVITATION = z.strictObject({
  id: z.string(),
  tenant: z.string(),
  person: z.string(),
  reason: z.enum(['first', 'recovery']),
  by: z.string(),
  device: z.string().nullable(),
  expiresMs: z.int(),
  // The signed statement, as it is in the ledger.
  request: z.looseObject({}).nullable(),
  approvedBy: z.string().nullable(),
  used: z.boolean(),
});

export const listPasskeys: ListOperation<PasskeysInput, object, Rows<RegisteredPasskey>> = {
  name: 'passkeys list',
  summary: 'list the valid passkeys',
  description: 'Lists registered passkeys that are not revoked.',
  scope: 'credentials:read',
  effect: 'read',
  kind: 'list',
  runsIn: 'caller',
  input: z.strictObject({
    person: field(z.string().optional(), 'object id (default: all people)', { value: 'person' }),
    all: field(z.boolean().optional(), 'revoked passkeys as well'),
  }),
  output: PASSKEY,
  examples: [
    {
      summary: 'List every passkey, including revoked ones',
      input: { all: true },
      commandLine: 'passkeys list --all',
      runsOn: 'sample',
    },
  ],
  async run({ readers, tenant }, { person, all }) {
    const { book, head } = await openFeed(readers);
    const rows = [...book.all()].filter(({ passkey, revoked }) => {
      const isTheirs = person === undefined || passkey.person === person.toLowerCase();
      const isMeant = tenant === undefined || passkey.tenant === tenant;
      return isTheirs && isMeant && (all === true || revoked === null);
    });
    // Every passkey is an entry of this ledger, so an empty list is certain.
    return listResult({ rows, itemOf: passkeyItem, conclude: () => indexConclusion(head) });
  },
};

export const listInvitations: ListOperation<object, object, Rows<KnownInvitation>> = {
  name: 'passkeys invitations',
  summary: 'list invitations to register a passkey',
  description: 'Lists the invitations to register a passkey, and whether each was used.',
  scope: 'credentials:read',
  effect: 'read',
  kind: 'list',
  runsIn: 'caller',
  input: z.strictObject({}),
  output: INVITATION,
  examples: [
    {
      summary: 'Who was invited, and who approved it?',
      input: {},
      commandLine: 'passkeys invitations',
      runsOn: 'sample',
    },
  ],
  async run({ readers }) {
    const { book, head } = await openFeed(readers);
    const rows = [...book.invitations()];
    return listResult({ rows, itemOf: invitationItem, conclude: () => indexConclusion(head) });
  },
};

async function openFeed(readers: Readers) {
  const { passkeys, head } = await readers.sources();
  return { book: await passkeys(), head };
}

function invitationItem({ invitation, approval, used }: KnownInvitation): object {
  const { codeHash: _, ...rest } = invitation;
  return { ...rest, approvedBy: approval?.statement.by ?? null, used: used === 'yes' };
}

function passkeyItem({ passkey, ...known }: RegisteredPasskey): object {
  const { publicKey: _, counter: __, ...shown } = passkey;
  return { ...shown, ...known };
}
