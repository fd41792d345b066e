import { text } from 'node:stream/consumers';
import { plural } from '@countersign/core';
import type { Command as Parser } from 'commander';
import type { QueryColumn, QueryValue } from '../../store/query/query-value.ts';
import type { QueryOptions, QueryResult } from '../../store/query/user-query.ts';
import type { Coverage } from '../../store/rows/completeness.ts';
import { askStore, listExitCode, notYetIndexed, untilAborted } from '../answers/open-readers.ts';
import { oneOf } from '../options/parse-options.ts';
import { declarePeriod, type PeriodFlags, periodOf } from '../options/period-options.ts';
import type { BindCommand, CommandHandler, Context } from '../process/command-context.ts';
import { CliError, usage } from '../process/errors.ts';
import { EXIT, type ExitCode } from '../process/exit-code.ts';
import {
  checkOutput,
  type OutputFlags,
  OVERWRITE,
  writeOutput,
  writeWhole,
} from '../process/output-file.ts';
import { sanitizeJson } from '../terminal/sanitize.ts';
import type { Column } from '../terminal/table.ts';

const FORMATS = ['table', 'json', 'csv', 'parquet'] as const;
type QueryFlags = PeriodFlags &
  OutputFlags & {
    readonly format?: (typeof FORMATS)[number];
  };
type Row = readonly QueryValue[];

export function declareQuery(program: Parser, bind: BindCommand): void {
  const parser = program
    .command('query')
    .summary('read-only SQL over what happened')
    .description(
      'Answers read-only SQL (DuckDB) over the tables events, entries, findings, decisions and ' +
        'coverage; DESCRIBE events tells their columns. The engine reaches no file and no network.',
    )
    .argument('<sql>', 'one statement; - reads it from standard input');
  declarePeriod(parser)
    .option('--format <format>', 'table, json, csv or parquet', oneOf(FORMATS))
    .option('-o, --output <file>', 'write the answer to this file')
    .option(...OVERWRITE)
    .action(bind(query));
}

const query: CommandHandler<[sql: string, flags: QueryFlags]> = async (context, given, flags) =>
  askStore(context, async ({ store, head, examined }) => {
    const { dataDir, clock, tenant } = context;
    const period = periodOf(flags);
    const options = { tenant, nowMs: clock.now(), period };
    const format = flags.format ?? (context.json ? 'json' : 'table');
    checkOutput(context, flags);
    const sql = given === '-' ? await textOfStdin(context) : given;
    if (format === 'table' && flags.output !== undefined)
      throw usage('a table is for the screen: give --format json, csv or parquet with -o');
    const { rows, tables } =
      format === 'parquet'
        ? await parquet(context, sql, flags, options)
        : await answer(context, sql, { format, flags, options });
    notYetIndexed(head);
    if (isNamed(tables, 'findings')) await examined();
    checkEmpty(tables, tenant);
    if (rows > 0) return worthOf(tables, period, store.coverageOf({ ...period, tenant }, head));
    throw new CliError(
      'CANNOT_TELL',
      `no row of ${dataDir} fits, which is no proof that none exists`,
    );
  });

/**
 * What was counted over events is worth what their coverage is worth: of the period that was asked
 * for, or of all time, which always has an end that is not settled. A query that reads `coverage`
 * itself answers for that.
 */
function worthOf(
  tables: Tables,
  period: ReturnType<typeof periodOf>,
  coverage: Coverage,
): ExitCode {
  if (!isNamed(tables, 'events') || isNamed(tables, 'coverage')) return EXIT.done;
  const isAsked = period.fromMs !== undefined || period.toMs !== undefined;
  return isAsked || coverage.holes.length > 0 ? listExitCode(coverage.answer) : EXIT.done;
}

type Rows = AsyncIterable<Row>;
type PrintedResult = { readonly rows: number; readonly tables: Tables };
type Tables = QueryResult['tables'];

function isNamed(tables: Tables, name: string): boolean {
  return tables.some((table) => table.name === name);
}

/** Of a table without a row every count is 0, which tells nothing of the tenant. */
const EMPTY: ReadonlyMap<string, string> = new Map([
  [
    'findings',
    'no detector has found anything: "countersign findings" says what that is worth, and ' +
      '"countersign rules status" which rules could see',
  ],
  ['decisions', 'no enforcement point has asked for a decision, nor has "countersign decide"'],
]);

function checkEmpty(tables: Tables, tenant: string | undefined): void {
  const reasons = tables.flatMap(({ name, isEmpty }) => {
    const why = isEmpty ? EMPTY.get(name) : undefined;
    const of = tenant === undefined ? '' : ` of the tenant ${tenant}`;
    return why === undefined ? [] : [`the table ${name} holds no row${of}: ${why}`];
  });
  if (reasons.length > 0) throw new CliError('CANNOT_TELL', reasons.join('; '));
}

async function answer(
  context: Context,
  sql: string,
  how: {
    readonly format: 'table' | 'json' | 'csv';
    readonly flags: OutputFlags;
    readonly options: QueryOptions;
  },
): Promise<PrintedResult> {
  const { format, flags, options } = how;
  const { query: ask } = await import('../../store/query/user-query.ts');
  const { columns, tables, rows: batches } = await ask(context.dataDir, sql, options);
  let count = 0;
  const rows = (async function* (): AsyncGenerator<Row> {
    for await (const batch of untilAborted(batches, context.signal)) {
      count += batch.length;
      yield* batch;
    }
  })();
  if (format === 'csv') await writeOutput(context, flags, csvOf(columns, rows));
  else if (format === 'json') await writeOutput(context, flags, jsonOf(columns, rows));
  else await context.terminal.table(tableColumns(columns), rows);
  return { rows: count, tables };
}

async function* csvOf(columns: readonly QueryColumn[], rows: Rows): AsyncGenerator<string> {
  const { csvLine } = await import('../../reports/csv.ts');
  const numeric = columns.flatMap(({ type }, at) => (NUMERIC.test(type) ? [at] : []));
  const isNumeric = new Set(numeric);
  yield csvLine(columns.map(({ name }) => name));
  for await (const row of rows) yield csvLine(row, isNumeric);
}

async function* jsonOf(columns: readonly QueryColumn[], rows: Rows): AsyncGenerator<string> {
  for await (const row of rows) {
    const members = columns.map(({ name }, at) => [name, row[at] ?? null]);
    yield `${sanitizeJson(JSON.stringify(Object.fromEntries(members)))}\n`;
  }
}

function tableColumns(columns: readonly QueryColumn[]): Column<Row>[] {
  return columns.map(({ name, type }, at) => ({
    title: name,
    kind: NUMERIC.test(type) ? 'number' : 'text',
    cell: (row) => cellText(row[at] ?? null),
  }));
}

const NUMERIC = /^(?:U?(?:TINY|SMALL|BIG|HUGE)?INT(?:EGER)?|DOUBLE|FLOAT|DECIMAL.*)$/;

function cellText(value: QueryValue): string {
  if (value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

async function parquet(
  context: Context,
  sql: string,
  flags: OutputFlags,
  options: QueryOptions,
): Promise<PrintedResult> {
  const { output } = flags;
  if (output === undefined || output === '-') {
    throw usage('Parquet needs a file that can be read from its end: give one with -o FILE');
  }
  const { queryToParquet } = await import('../../store/query/user-query.ts');
  let written: PrintedResult = { rows: 0, tables: [] };
  await writeWhole(context, { ...flags, output }, async (staged) => {
    written = await queryToParquet(context.dataDir, sql, staged, options);
  });
  if (!context.json) context.terminal.line(`${plural(written.rows, 'row')} written to ${output}`);
  return written;
}

async function textOfStdin({ stdin }: Context): Promise<string> {
  return text(stdin);
}
