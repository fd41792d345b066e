import type {
  KnownInvitation,
  RegisteredPasskey,
} from '../../../enforcement/eam/passkeys/passkey-registry.ts';
import {
  approveInvitation,
  invitePasskey,
} from '../../../operations/enforcement/invite-passkey.ts';
import { listInvitations, listPasskeys } from '../../../operations/enforcement/list-passkeys.ts';
import { type InvitedEntry, revokePasskey } from '../../../operations/enforcement/passkeys.ts';
import { bindDocument, bindLedger, bindList, collect } from '../../adapter/binding.ts';
import type { CliGroup } from '../../adapter/declare-command.ts';
import type { Context } from '../../process/command-context.ts';
import { timeText } from '../../render/time-text.ts';
import type { Column } from '../../terminal/table.ts';

const list = bindList(listPasskeys, {
  positional: ['person'],
  render: (context, rows) => renderRows(context, rows, COLUMNS, 'there is no passkey'),
});

const invitations = bindList(listInvitations, {
  render: (context, rows) => renderRows(context, rows, INVITED, 'no invitation exists'),
});

const invite = bindDocument(invitePasskey, { positional: ['person'], render: renderInvited });

const approve = bindDocument(approveInvitation, {
  positional: ['invitation'],
  render: renderInvited,
});

const revoke = bindLedger(revokePasskey, {
  positional: ['passkey'],
  // Authenticators create the ids, and one in 64 begins with a dash.
  dashes: 'allowed',
  render: ({ terminal }, { passkey, entry }) =>
    terminal.line(`the passkey ${passkey} is revoked; recorded in entry ${entry}`),
});

async function renderRows<Row>(
  { terminal }: Context,
  rows: AsyncIterable<Row> | Iterable<Row>,
  columns: readonly Column<Row>[],
  nothing: string,
): Promise<void> {
  const found = await collect(rows);
  if (found.length > 0) await terminal.table(columns, found);
  else terminal.line(nothing);
}

function renderInvited({ terminal }: Context, invited: InvitedEntry): void {
  const { id, code, expiresMs, entry } = invited;
  if (code === null) {
    terminal.line(`invitation ${id} created; recorded in entry ${entry}`);
    terminal.line(`another administrator must approve it: countersign passkeys approve ${id}`);
    return;
  }
  terminal.line(`the code, valid once and until ${timeText(expiresMs)}: ${code}`);
  terminal.line(`this code is shown only once; entry ${entry} names who made it`);
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

export const commands: readonly CliGroup[] = [
  {
    name: 'passkeys',
    summary: 'list and revoke passkeys, and invite people to register one',
    description:
      'People sign in with passkeys through the external authentication method. The first ' +
      'passkey of a person needs one administrator. Each further passkey needs two.',
    subcommands: [
      { name: 'list', bindings: [list] },
      { name: 'invitations', bindings: [invitations] },
      { name: 'invite', bindings: [invite] },
      { name: 'approve', bindings: [approve] },
      { name: 'revoke', bindings: [revoke] },
    ],
  },
];
