import { createToken, listTokens, revokeToken } from '../../../operations/operators/tokens.ts';
import type { Token } from '../../../operators/tokens/token-table.ts';
import { bindDocument, bindLedger, bindList, collect } from '../../adapter/binding.ts';
import type { CliGroup } from '../../adapter/declare-command.ts';
import { checkOutputOf, outputFlags, outputOf } from '../../adapter/output-flags.ts';
import { writeOutput } from '../../process/output-file.ts';
import { timeText } from '../../render/time-text.ts';
import type { Column } from '../../terminal/table.ts';

const create = bindDocument(createToken, {
  positional: ['name'],
  flags: { tenants: 'for-tenant', regions: 'for-region', groups: 'for-group' },
  ownFlags: outputFlags('write the secret to a file that only you can read', 'optional'),
  before: checkOutputOf,
  async print(context, { output: created }, own) {
    const { terminal, json } = context;
    const { secret, ...shown } = created;
    const output = outputOf(own);
    const isFile = output.output !== undefined && output.output !== '-';
    if (isFile) await writeOutput(context, output, [`${secret}\n`]);
    if (json) {
      terminal.document(isFile ? shown : created);
      return;
    }
    const { name, expiresMs, entry } = shown;
    // Alone on standard output, so that a script can store it.
    if (!isFile) terminal.line(secret);
    const place = isFile ? `Its secret is in ${output.output}` : 'Its secret is shown only once';
    const until = timeText(expiresMs);
    terminal.note(`Token ${name} is valid until ${until}; recorded in entry ${entry}. ${place}.`);
  },
});

const list = bindList(listTokens, {
  async render({ terminal, clock }, rows) {
    const tokens = await collect(rows);
    if (tokens.length > 0) await terminal.table(columnsAt(clock.now()), tokens);
    else terminal.line('there is no token');
  },
});

const revoke = bindLedger(revokeToken, {
  positional: ['token'],
  render: ({ terminal }, { name, entry }) =>
    terminal.line(`the token ${name} is revoked; recorded in entry ${entry}`),
});

function columnsAt(nowMs: number): readonly Column<Token>[] {
  return [
    { title: 'token', kind: 'id', cell: ({ name }) => name },
    { title: 'state', kind: 'whole', cell: (token) => stateOf(token, nowMs) },
    { title: 'scopes', kind: 'text', cell: ({ scopes }) => scopes.join(', ') },
    { title: 'limits', kind: 'text', fold: 2, cell: limitsText },
    { title: 'until', kind: 'whole', cell: ({ expiresMs }) => timeText(expiresMs) },
    {
      title: 'used',
      kind: 'whole',
      cell: ({ usedMs }) => (usedMs === null ? 'never' : timeText(usedMs)),
    },
    { title: 'by', kind: 'text', fold: 1, cell: ({ createdBy }) => createdBy },
  ];
}

function stateOf(
  { revoked, expiresMs }: Token,
  nowMs: number,
): { text: string; style: 'yes' | 'no' } {
  if (revoked !== null) return { text: 'revoked', style: 'no' };
  return expiresMs <= nowMs ? { text: 'expired', style: 'no' } : { text: 'valid', style: 'yes' };
}

function limitsText({ tenants, regions, groups }: Token): string | undefined {
  const limits = [
    ...(tenants === null ? [] : [`tenants ${tenants.join(', ')}`]),
    ...(regions === null ? [] : [`regions ${regions.join(', ')}`]),
    ...(groups === null ? [] : [`groups ${groups.join(', ')}`]),
  ];
  return limits.length === 0 ? undefined : limits.join('; ');
}

export const commands: readonly CliGroup[] = [
  {
    name: 'tokens',
    summary: 'create, list and revoke API tokens',
    description:
      'Programs use the HTTP API with tokens. A token has scopes, limits and an expiry. ' +
      'Countersign keeps only a hash of it. Creation and revocation are entries of the ledger.',
    subcommands: [
      { name: 'create', bindings: [create] },
      { name: 'list', bindings: [list] },
      { name: 'revoke', bindings: [revoke] },
    ],
  },
];
