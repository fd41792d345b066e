import type { Command as Parser } from 'commander';
import type { SignedStatement } from '../../../enforcement/approvals/signed-statement.ts';
import type { InvitationRequest } from '../../../enforcement/eam/passkeys/invitation-statements.ts';
import type {
  KnownInvitation,
  RegisteredPasskey,
} from '../../../enforcement/eam/passkeys/passkey-registry.ts';
import type { Command } from '../../../operations/forwarding/command.ts';
import type { InvitedEntry } from '../../../operations/passkeys.ts';
import { idCalled } from '../../answers/ids.ts';
import { askStore, notYetIndexed } from '../../answers/open-readers.ts';
import { configFile, declarePerson, type PersonFlags, signedBy } from '../../options/person.ts';
import {
  DRY_RUN,
  declareWriter,
  noProgress,
  type WriterFlags,
  whoActs,
  write,
} from '../../options/write-options.ts';
import type { BindCommand, CommandHandler, Context } from '../../process/command-context.ts';
import { usage } from '../../process/errors.ts';
import { EXIT, type ExitCode } from '../../process/exit-code.ts';
import { timeText } from '../../render/time-text.ts';
import type { Column } from '../../terminal/table.ts';

export function declarePasskeys(program: Parser, bind: BindCommand): void {
  const passkeys = program
    .command('passkeys')
    .summary('who may register a passkey, list and revoke them')
    .description(
      'Passkeys are what people prove at the external authentication method. A first one takes ' +
        'one administrator, every further one two.',
    );
  passkeys
    .command('list')
    .summary('the passkeys that count')
    .argument('[person]', 'object id; default: everybody')
    .option('--all', 'those that were revoked as well')
    .action(bind(list));
  passkeys
    .command('invitations')
    .summary('who was invited to register one')
    .action(bind(invitations));
  const invite = passkeys
    .command('invite')
    .summary('let somebody register a passkey')
    .description(
      'Tells a code that is good once, for a day. Whoever has or had a passkey needs two ' +
        'administrators, each with a key of their own: one signs the invitation (--as, ' +
        '--sign-with), another approves it (passkeys approve) and is told the code.',
    )
    .argument('<person>', 'object id; for a first passkey the sign-in name will do')
    .option('--device <id>', 'the device of the directory that the passkey will be bound to');
  declareWriter(declarePerson(invite.option(...DRY_RUN), 'at times')).action(bind(inviteSomebody));
  const approve = passkeys
    .command('approve')
    .summary('agree to an invitation of another administrator')
    .argument('<invitation>', 'its id');
  declareWriter(declarePerson(approve.option(...DRY_RUN), 'always')).action(bind(approveIt));
  const revoke = passkeys
    .command('revoke')
    .summary('take a passkey away')
    .argument('<passkey>', 'its id')
    // One id in 64 begins with a dash, since an authenticator makes it.
    .allowUnknownOption()
    .requiredOption('--reason <reason>', 'why');
  declareWriter(revoke.option(...DRY_RUN)).action(bind(revokeIt));
}

const list: CommandHandler<[person: string | undefined, flags: { readonly all?: true }]> = async (
  context,
  person,
  { all },
) =>
  askFeed(context, async ({ book }) => {
    const { tenant } = context;
    const found = [...book.all()].filter(({ passkey, revoked }) => {
      const isTheirs = person === undefined || passkey.person === person.toLowerCase();
      const isMeant = tenant === undefined || passkey.tenant === tenant;
      return isTheirs && isMeant && (all === true || revoked === null);
    });
    await show(context, found.map(passkeyItem), found, COLUMNS, 'there is no passkey');
  });

const invitations: CommandHandler = async (context) =>
  askFeed(context, async ({ book }) => {
    const found = [...book.invitations()];
    const items = found.map(({ invitation: { codeHash: _, ...rest }, approval, used }) => {
      const approvedBy = approval?.statement.by ?? null;
      return { ...rest, approvedBy, used: used === 'yes' };
    });
    await show(context, items, found, INVITED, 'nobody was invited');
  });

type Feed = Awaited<
  ReturnType<typeof import('../../../enforcement/eam/passkeys/ledger-passkeys.ts').PasskeyFeed.open>
>;

async function askFeed(context: Context, ask: (feed: Feed) => Promise<void>): Promise<ExitCode> {
  return askStore(context, async ({ store, ledger, head }) => {
    const { PasskeyFeed } = await import('../../../enforcement/eam/passkeys/ledger-passkeys.ts');
    await ask(await PasskeyFeed.open({ store, reader: ledger }));
    notYetIndexed(head);
    // Every passkey is an entry of this very ledger: that there is none is known.
    return EXIT.done;
  });
}

async function show<Row>(
  { terminal, json }: Context,
  items: readonly object[],
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  nothing: string,
): Promise<void> {
  if (json) await terminal.items(items);
  else if (rows.length > 0) await terminal.table(columns, rows);
  else terminal.line(nothing);
}

type InviteFlags = Partial<PersonFlags> & WriterFlags & { readonly device?: string };

const inviteSomebody: CommandHandler<[person: string, flags: InviteFlags]> = async (
  context,
  person,
  flags,
) => {
  const { tenant } = context;
  if (tenant === undefined) throw usage('whose person is it? Name the tenant: --tenant GUID');
  const { inviteWork } = await import('../../../operations/passkeys.ts');
  const { device } = flags;
  const said = await signedRequest(context, { tenant, person, device: device ?? '' }, flags);
  const config = configFile(context, flags);
  const work = inviteWork(whoActs(), { person, tenant, device, said, config });
  return tellInvited(context, (await done(context, work, flags)) as InvitedEntry);
};

async function signedRequest(
  context: Context,
  { tenant, person, device }: Pick<InvitationRequest, 'tenant' | 'person' | 'device'>,
  { as: by, signWith }: InviteFlags,
): Promise<SignedStatement<InvitationRequest> | undefined> {
  if (by === undefined && signWith === undefined) return undefined;
  if (by === undefined || signWith === undefined) {
    throw usage('who signs, and with what? Give both --as and --sign-with');
  }
  const { personName } = await import('../../../enforcement/eam/passkeys/enrollment.ts');
  const { uuidV7 } = await import('@countersign/policy');
  const atMs = context.clock.now();
  return signedBy(context, { signWith }, {
    ...{ v: 1, what: 'passkey-invitation', invitation: uuidV7(atMs, context.random) },
    ...{ tenant, person: personName(person), device, by, atMs },
  } as const);
}

const approveIt: CommandHandler<[invitation: string, flags: PersonFlags]> = async (
  context,
  given,
  flags,
) => {
  const { statementDigest } = await import('../../../enforcement/approvals/signed-statement.ts');
  const { approveWork } = await import('../../../operations/passkeys.ts');
  const { id: invitation, request } = await invitationCalled(context, given);
  if (request === undefined || request === null) {
    throw usage(
      `the invitation ${invitation} needs nobody else; its code was told when it was made`,
    );
  }
  const { tenant, person, device, by } = request.statement;
  // Whoever agrees sees to what.
  const bound = device === '' ? '' : `, bound to the device ${device}`;
  context.terminal.note(`${by} asks to let ${person} of ${tenant} register a passkey${bound}`);
  const said = await signedBy(context, flags, {
    ...{ v: 1, what: 'passkey-approval', invitation, request: statementDigest(request) },
    ...{ by: flags.as, atMs: context.clock.now() },
  } as const);
  const work = approveWork(whoActs(), { said, config: configFile(context, flags) });
  return tellInvited(context, (await done(context, work, flags)) as InvitedEntry);
};

const revokeIt: CommandHandler<
  [passkey: string, flags: WriterFlags & { readonly reason: string }]
> = async (context, given, flags) => {
  const passkey = await passkeyCalled(context, given);
  const { revokeWork } = await import('../../../operations/passkeys.ts');
  const work = revokeWork(whoActs(), { passkey, reason: flags.reason });
  const { entry } = (await done(context, work, flags)) as { readonly entry: number };
  if (context.json) context.terminal.document({ passkey, entry });
  else context.terminal.line(`the passkey ${passkey} is revoked; entry ${entry} says so`);
  return EXIT.done;
};

async function passkeyCalled(context: Context, text: string): Promise<string> {
  const ids: string[] = [];
  await askFeed(context, async ({ book }) => {
    ids.push(...[...book.all()].map(({ passkey }) => passkey.id));
  });
  return idCalled(text, ids, { what: 'passkey', list: 'passkeys list --all' });
}

async function invitationCalled(
  context: Context,
  text: string,
): Promise<KnownInvitation['invitation']> {
  const all = new Map<string, KnownInvitation['invitation']>();
  await askFeed(context, async ({ book }) => {
    for (const { invitation } of book.invitations()) all.set(invitation.id, invitation);
  });
  const id = idCalled(text, all.keys(), { what: 'invitation', list: 'passkeys invitations' });
  return all.get(id) as KnownInvitation['invitation'];
}

function done(context: Context, work: Command, flags: WriterFlags): Promise<unknown> {
  const how = { ledger: 'needs', repeatable: false, progressOf: noProgress } as const;
  return write(context, { work, flags, ...how });
}

function tellInvited({ terminal, json }: Context, invited: InvitedEntry): ExitCode {
  const { id, code, expiresMs, entry } = invited;
  if (json) {
    terminal.document(invited);
    return EXIT.done;
  }
  if (code === null) {
    terminal.line(`invited, as ${id}; entry ${entry} says so`);
    terminal.line(`another administrator has to agree: countersign passkeys approve ${id}`);
    return EXIT.done;
  }
  terminal.line(`the code, good once and until ${timeText(expiresMs)}: ${code}`);
  terminal.line(`it is told only now; entry ${entry} says who made it`);
  return EXIT.done;
}

function passkeyItem({ passkey, ...known }: RegisteredPasskey): object {
  const { publicKey: _, counter: __, ...shown } = passkey;
  return { ...shown, ...known };
}

const COLUMNS: readonly Column<RegisteredPasskey>[] = [
  { title: 'passkey', kind: 'id', cell: ({ passkey }) => passkey.id },
  { title: 'who', kind: 'text', cell: ({ passkey }) => passkey.person },
  {
    title: 'state',
    kind: 'whole',
    cell: ({ revoked }) =>
      revoked === null ? { text: 'counts', style: 'yes' } : { text: 'revoked', style: 'no' },
  },
  { title: 'kind', kind: 'whole', fold: 2, cell: ({ passkey }) => passkey.bound },
  { title: 'authenticator', kind: 'text', fold: 3, cell: ({ passkey }) => passkey.aaguid },
  {
    title: 'registered',
    kind: 'whole',
    fold: 1,
    cell: ({ registeredMs }) => timeText(registeredMs),
  },
  {
    title: 'used',
    kind: 'whole',
    cell: ({ usedMs }) => (usedMs === null ? undefined : timeText(usedMs)),
  },
  { title: 'why', kind: 'text', fold: 4, cell: ({ revoked }) => revoked?.reason },
];

const INVITED: readonly Column<KnownInvitation>[] = [
  { title: 'invitation', kind: 'id', cell: ({ invitation }) => invitation.id },
  { title: 'who', kind: 'text', cell: ({ invitation }) => invitation.person },
  { title: 'for', kind: 'whole', cell: ({ invitation }) => invitation.reason },
  { title: 'by', kind: 'text', cell: ({ invitation }) => invitation.by },
  { title: 'approved by', kind: 'text', cell: ({ approval }) => approval?.statement.by },
  { title: 'used', kind: 'whole', cell: ({ used }) => used },
  { title: 'until', kind: 'whole', cell: ({ invitation }) => timeText(invitation.expiresMs) },
];
