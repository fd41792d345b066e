import { z } from 'zod';
import { TOKEN_NAME_CHARACTERS_MAX } from '../../operators/limits.ts';
import { LINK_DRAFT, type LinkDraft } from '../../operators/operator-record.ts';
import { YES } from '../definition/conclusion.ts';
import { invalidInput } from '../definition/errors.ts';
import { field } from '../definition/fields.ts';
import {
  type DocumentOperation,
  documentResult,
  type LedgerOperation,
} from '../definition/operation.ts';
import { actorName, openOperatorState, recordCredential } from './record-credential.ts';

type LinkInput = {
  readonly role?: readonly string[] | undefined;
  readonly name?: string | undefined;
  readonly passkey?: boolean | undefined;
};

/** The secret of the link is in this answer and nowhere else. */
export type CreatedLink = {
  readonly name: string;
  readonly roles: readonly string[];
  readonly link: string;
  readonly expiresMs: number;
  readonly entry: number;
};

/** More roles than there are. */
const ROLES_MAX = 16;

const word = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]*$/)
  .max(TOKEN_NAME_CHARACTERS_MAX);

export const createSignInLink: DocumentOperation<LinkInput, CreatedLink> = {
  name: 'operators link',
  summary: 'create a link that signs an operator in, once',
  description:
    'Prints a link to the running service. The person who opens it first, within 15 minutes, is ' +
    'signed in with the role administrator, or with the roles that you name. Countersign keeps ' +
    'only a hash of the secret in the link. The link and its use are entries of the ledger. With ' +
    '--passkey, the person may also register a passkey, to sign in when the identity provider ' +
    'does not work. At most two people can have one. Each use is a finding.',
  scope: 'operators:administer',
  effect: 'write',
  kind: 'document',
  runsIn: 'caller',
  input: z.strictObject({
    role: field(z.array(word).max(ROLES_MAX).optional(), 'a role of the operator', {
      value: 'role',
    }),
    name: field(word.optional(), 'the name of the operator in entries, such as ada', {
      value: 'name',
    }),
    passkey: field(z.boolean().optional(), 'a break-glass operator: may register a passkey'),
  }),
  output: z.strictObject({
    name: z.string(),
    roles: z.array(z.string()),
    link: z.string(),
    expiresMs: z.int(),
    entry: z.int(),
  }),
  examples: [
    {
      summary: 'Let a second person sign in as an analyst',
      input: { role: ['analyst'], name: 'ada' },
      commandLine: 'operators link --role analyst --name ada',
      needs: 'service',
    },
    {
      summary: 'Let a break-glass operator register a passkey',
      input: { name: 'ben', passkey: true },
      commandLine: 'operators link --name ben --passkey',
      needs: 'service',
    },
  ],
  async run({ clock, random, perform, notice }, input) {
    const { role = ['administrator'], name, passkey } = input;
    const { createLink, linkAddress } = await import('../../operators/links/create-link.ts');
    const { ROLES } = await import('../../operators/roles/role-policies.ts');
    const known: readonly string[] = ROLES;
    for (const each of role.filter((text) => !known.includes(text))) {
      const what = `the role ${each} does not come with Countersign`;
      notice(`${what}: the link works only if your own policies name it`);
    }
    const roles = [...new Set(role)];
    const use = passkey === true ? 'passkey' : undefined;
    const { draft, secret } = createLink({ name, roles, use, nowMs: clock.now(), random });
    const { entry, address } = await perform(recordLink, draft);
    const link = linkAddress(address, secret);
    return documentResult(
      { name: draft.name, roles, link, expiresMs: draft.expiresMs, entry },
      YES,
    );
  },
};

type RecordedLink = { readonly entry: number; readonly address: string };

/** The process that holds the ledger gets the hash, never the secret. */
export const recordLink: LedgerOperation<LinkDraft, RecordedLink> = {
  name: 'operators record-link',
  summary: 'write a new sign-in link into the ledger',
  description: 'A step of the operation operators link.',
  isStep: true,
  scope: 'operators:administer',
  effect: 'write',
  kind: 'document',
  runsIn: 'ledger',
  ledger: 'needs',
  repetition: 'once',
  where: 'anywhere',
  input: LINK_DRAFT,
  output: z.strictObject({ entry: z.int(), address: z.string() }),
  examples: [],
  async run(writer, link, by) {
    const { localIdentity } = await import('../../operators/identity.ts');
    const { signInAddress } = await import('../../operators/links/sign-in-address.ts');
    const { service } = by;
    if (service?.url === undefined) {
      const cure = 'start it with "countersign serve", and run this command again';
      throw invalidInput(`could not create a link: no service runs on ${writer.dir}; ${cure}`);
    }
    const address = signInAddress(service.config, service.url);
    if (address === undefined) {
      const cure = 'configure "operators.url" with https, or let the service listen on loopback';
      throw invalidInput(`could not create a link: it would travel unencrypted; ${cure}`);
    }
    using state = await openOperatorState(writer);
    const { person } = localIdentity(link.name, link.roles);
    if (state.operators.revocationOf(person) !== undefined) {
      const cure = `choose another name, or run "countersign operators restore ${person}"`;
      throw invalidInput(`could not create a link: the operator ${person} was revoked; ${cure}`);
    }
    const head = { v: 1, atMs: writer.clock.now(), by: actorName(by) } as const;
    const record = { ...head, what: 'link-created', link } as const;
    return { entry: await recordCredential(writer, state, record), address };
  },
};
