import { join } from 'node:path';
import { plural } from '@countersign/core';
import { Option, type Command as Parser } from 'commander';
import type { Licence } from '../../config/config.ts';
import { contentFolder } from '../../config/installed-package.ts';
import type { Evidence, MatrixCell, MatrixRow, SeenEvents } from '../../posture/license-matrix.ts';
import type { QueryValue } from '../../store/query/query-value.ts';
import { askStoreIfAny } from '../answers/open-readers.ts';
import { repeated } from '../options/parse-options.ts';
import type { BindCommand, CommandHandler, Context } from '../process/command-context.ts';
import { CliError, usage } from '../process/errors.ts';
import { EXIT } from '../process/exit-code.ts';
import type { Cell, Column } from '../terminal/table.ts';

type Flags = { readonly license?: readonly string[]; readonly licence?: readonly string[] };

export function declareCheckTenant(program: Parser, bind: BindCommand): void {
  program
    .command('check-tenant')
    .summary('what the tenant logs, and what it does not')
    .description(
      'Lists what is recorded, for how long and readable by which path, by license group: as the ' +
        'vendor documents it, and where the ledger shows it, as it is.',
    )
    .option('--license <group>', 'of the people of this tenant: E3, E5, F, none', repeated)
    // The name until 0.1.0.
    .addOption(new Option('--licence <group>').hideHelp().argParser(repeated))
    .action(bind(checkTenant));
}

const checkTenant: CommandHandler<[flags: Flags]> = async (
  context,
  { licence, license = licence },
) => {
  const { matrixOf } = await import('../../posture/license-matrix.ts');
  const { parseFacts } = await import('../../posture/recording-fact.ts');
  const { readConfigFile } = await import('@countersign/yaml-document');
  const file = join(contentFolder(), 'tenant', 'facts.yaml');
  const facts = parseFacts(readConfigFile(file));
  const stated = license === undefined ? undefined : await licencesOf(license);
  const rows = matrixOf(facts, { ...(await evidenceOf(context)), licences: stated });
  if (context.json) await context.terminal.items(rows.flatMap(itemsOf));
  else await context.terminal.table(COLUMNS, rows);
  const open = rows.filter(({ proof, fact }) => proof === fact.basis);
  if (open.length === 0) return EXIT.done;
  throw new CliError(
    'CANNOT_TELL',
    `${open.length} of ${plural(rows.length, 'fact')} are only documented or assumed: nothing in ` +
      'the ledger shows them',
  );
};

async function licencesOf(given: readonly string[]): Promise<readonly Licence[]> {
  const { LICENCES } = await import('../../config/config.ts');
  return given.map((text) => {
    const found = LICENCES.find((each) => each === text);
    if (found === undefined) throw usage(`no license group ${text}: give ${LICENCES.join(', ')}`);
    return found;
  });
}

const SEEN = `SELECT source, operation, sign_in_type, access_type, count(*), max("index"), tenant
FROM events GROUP BY source, operation, sign_in_type, access_type, tenant`;

const NO_TENANT = '00000000-0000-0000-0000-000000000000';

async function evidenceOf(context: Context): Promise<Omit<Evidence, 'licences'>> {
  const { tenant } = context;
  const found = await askStoreIfAny(context, async ({ store }) => {
    const { query } = await import('../../store/query/user-query.ts');
    const seen: (SeenEvents & { tenant: string })[] = [];
    const result = await query(context.dataDir, SEEN);
    for await (const batch of result.rows) {
      for (const [source, operation, type, access, count, index, of] of batch) {
        seen.push({
          source: textOrNull(source) ?? '',
          operation: textOrNull(operation),
          signInType: textOrNull(type),
          accessType: textOrNull(access),
          count: Number(count),
          index: Number(index),
          tenant: textOrNull(of) ?? '',
        });
      }
    }
    const tenants = new Set(seen.map((each) => each.tenant));
    tenants.delete(NO_TENANT);
    if (tenant === undefined && tenants.size > 1) {
      throw usage(`the ledger holds ${tenants.size} tenants: name one with --tenant GUID`);
    }
    const isOf = (each: string): boolean => tenant === undefined || each === tenant;
    const coverage = store.coverage().filter((row) => isOf(row.tenant));
    return { seen: seen.filter((each) => isOf(each.tenant)), coverage };
  });
  return found ?? { seen: [], coverage: [] };
}

function textOrNull(value: QueryValue | undefined): string | null {
  return typeof value === 'string' ? value : null;
}

function itemsOf(row: MatrixRow): object[] {
  const { fact, paths, entries } = row;
  return row.cells.map(({ licence, recorded, days, proof }) => ({
    fact: fact.id,
    what: fact.what,
    licence,
    recorded,
    days,
    paths,
    proof,
    tenant: row.proof,
    limit: fact.limit ?? null,
    source: fact.source,
    request: fact.request ?? null,
    entries,
  }));
}

const STYLE = { yes: 'yes', partly: 'unknown', no: 'no', unknown: 'unknown' } as const;

function cell(licence: Licence): Column<MatrixRow> {
  return {
    title: licence,
    kind: 'whole',
    cell: ({ cells }) => cellText(cells.find((each) => each.licence === licence)),
  };
}

function cellText(found: MatrixCell | undefined): Cell {
  if (found === undefined) return undefined;
  const { recorded, days } = found;
  const word = recorded === 'unknown' ? '?' : recorded;
  return { text: days === null ? word : `${word} ${days}d`, style: STYLE[recorded] };
}

const PROVEN = { canary: 'yes', compared: 'yes', seen: 'yes' } as const;

const COLUMNS: readonly Column<MatrixRow>[] = [
  { title: 'what', kind: 'text', comfortable: 24, cell: ({ fact }) => fact.what },
  cell('E3'),
  cell('E5'),
  cell('F'),
  cell('none'),
  {
    title: 'shown by',
    kind: 'whole',
    cell: ({ proof }) => ({
      text: proof,
      style: proof in PROVEN ? 'yes' : 'unknown',
    }),
  },
  {
    title: 'read by',
    kind: 'text',
    fold: 2,
    comfortable: 40,
    cell: ({ paths }) =>
      paths.length === 0
        ? 'nothing'
        : paths.map(({ source, state }) => `${source} (${state})`).join(', '),
  },
  { title: 'limit', kind: 'text', fold: 1, comfortable: 30, cell: ({ fact }) => fact.limit },
];
