import { auditAccess } from '../../../operations/operators/audit-access.ts';
import { createSignInLink } from '../../../operations/operators/links.ts';
import { listOperators, type OperatorItem } from '../../../operations/operators/list-operators.ts';
import { listRoles } from '../../../operations/operators/list-roles.ts';
import { restoreOperator, revokeOperator } from '../../../operations/operators/revoke-operator.ts';
import { bindDocument, bindLedger, bindList, collect } from '../../adapter/binding.ts';
import type { CliGroup } from '../../adapter/declare-command.ts';
import { timeText } from '../../render/time-text.ts';

const link = bindDocument(createSignInLink, {
  async print({ terminal, json }, { output: created }) {
    if (json) {
      terminal.document(created);
      return;
    }
    const { name, roles, expiresMs, entry } = created;
    // Alone on standard output, so that a script can pass it on.
    terminal.line(created.link);
    const who = `${name} in as ${roles.join(', ')}`;
    const until = timeText(expiresMs);
    terminal.note(`It signs ${who}, once, until ${until}; recorded in entry ${entry}.`);
  },
});

const list = bindList(listOperators, {
  async render({ terminal }, rows) {
    const operators = await collect(rows);
    if (operators.length === 0) {
      terminal.line('no operator has signed in');
      return;
    }
    await terminal.table(
      [
        { title: 'operator', kind: 'id', cell: ({ operator }) => operator },
        { title: 'state', kind: 'whole', cell: stateOf },
        { title: 'roles', kind: 'text', cell: ({ roles }) => roles.join(', ') },
        { title: 'by', kind: 'text', cell: methodOf },
        { title: 'sessions', kind: 'whole', cell: ({ sessions }) => String(sessions) },
        { title: 'tokens', kind: 'whole', cell: ({ tokens }) => String(tokens) },
        {
          title: 'last sign-in',
          kind: 'whole',
          cell: ({ lastMs }) => (lastMs === null ? 'never' : timeText(lastMs)),
        },
      ],
      operators,
    );
  },
});

function stateOf({ revoked }: OperatorItem): { text: string; style: 'yes' | 'no' } {
  return revoked === null ? { text: 'active', style: 'yes' } : { text: 'revoked', style: 'no' };
}

function methodOf({ issuer, passkey }: OperatorItem): string {
  return issuer ?? (passkey ? 'passkey' : 'link');
}

const roles = bindList(listRoles, {
  async render({ terminal }, rows) {
    await terminal.table(
      [
        { title: 'role', kind: 'id', cell: ({ role }) => role },
        { title: 'scopes', kind: 'text', cell: ({ scopes }) => scopes.join(', ') },
      ],
      await collect(rows),
    );
  },
});

const audit = bindList(auditAccess, {
  async render({ terminal }, rows) {
    const accesses = await collect(rows);
    if (accesses.length === 0) {
      terminal.line('no access to the data of a person is recorded');
      return;
    }
    await terminal.table(
      [
        { title: 'entry', kind: 'whole', cell: ({ entry }) => String(entry) },
        { title: 'at', kind: 'whole', cell: ({ at }) => at },
        { title: 'by', kind: 'text', cell: ({ by }) => by },
        { title: 'question', kind: 'text', cell: ({ question }) => question },
        { title: 'person', kind: 'text', cell: ({ person }) => person ?? '–' },
        { title: 'purpose', kind: 'text', cell: ({ purpose }) => purpose ?? 'not stated' },
        { title: 'case', kind: 'text', cell: (access) => access.case ?? 'not stated' },
      ],
      accesses,
    );
  },
});

const revoke = bindLedger(revokeOperator, {
  positional: ['operator'],
  render: ({ terminal }, { operator, entry }) =>
    terminal.line(`the operator ${operator} is revoked; recorded in entry ${entry}`),
});

const restore = bindLedger(restoreOperator, {
  positional: ['operator'],
  render: ({ terminal }, { operator, entry }) =>
    terminal.line(`the operator ${operator} may sign in again; recorded in entry ${entry}`),
});

export const commands: readonly CliGroup[] = [
  {
    name: 'operators',
    summary: 'see who can sign in to the service, and let people in or out',
    description:
      'People sign in to the service with the identity provider of the company, or with a ' +
      'one-time link. Links and sign-ins are entries of the ledger.',
    subcommands: [
      { name: 'list', bindings: [list] },
      { name: 'roles', bindings: [roles] },
      { name: 'link', bindings: [link] },
      { name: 'revoke', bindings: [revoke] },
      { name: 'restore', bindings: [restore] },
      { name: 'audit', bindings: [audit] },
    ],
  },
];
