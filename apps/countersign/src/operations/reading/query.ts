import { z } from 'zod';
import type { QueryColumn, QueryValue } from '../../store/query/query-value.ts';
import type { QueryOptions, QueryResult } from '../../store/query/user-query.ts';
import type { Coverage } from '../../store/rows/completeness.ts';
import { type Conclusion, coverageConclusion, unknown, YES } from '../definition/conclusion.ts';
import { field } from '../definition/fields.ts';
import type { ListOperation, ListResult, OperationContext } from '../definition/operation.ts';
import { PERIOD_FIELDS, type PeriodInput, type PeriodMs, periodOf } from '../definition/period.ts';
import { untilAborted } from '../definition/until-aborted.ts';
import { indexConclusion, type Sources } from '../readers/readers.ts';

type QueryInput = PeriodInput & { readonly sql: string };

export type QueryItem = Readonly<Record<string, QueryValue>>;
export type QueryRow = readonly QueryValue[];

/** The answer is read once: as rows of a table, or as a Parquet file. */
export type QueryView = {
  table(): Promise<{
    readonly columns: readonly QueryColumn[];
    readonly rows: AsyncIterable<QueryRow>;
  }>;
  /** Writes a new file, and returns the number of its rows. */
  writeParquet(path: string): Promise<number>;
};

export const queryStore: ListOperation<QueryInput, QueryItem, QueryView> = {
  name: 'query',
  summary: 'run read-only SQL over events, findings, decisions and coverage',
  description:
    'Runs read-only SQL (DuckDB) over the tables events, entries, findings, decisions and ' +
    'coverage. "DESCRIBE events" lists the columns of a table. The engine cannot access files ' +
    'or the network.',
  scope: 'events:read',
  effect: 'read',
  kind: 'list',
  runsIn: 'caller',
  input: z.strictObject({
    sql: field(z.string(), 'one statement; - reads it from standard input', {
      isTextOrStdin: true,
    }),
    ...PERIOD_FIELDS,
  }),
  output: z
    .record(z.string(), z.json())
    .refine((item) => Object.keys(item).length > 0, { error: 'a row has a column' }),
  examples: [
    {
      summary: 'Who performed the most actions?',
      input: {
        sql: 'SELECT actor_name, count(*) AS n FROM events GROUP BY 1 ORDER BY n DESC LIMIT 10',
      },
      commandLine:
        'query "SELECT actor_name, count(*) AS n FROM events GROUP BY 1 ORDER BY n DESC LIMIT 10"',
      runsOn: 'sample',
    },
    {
      summary: 'List the operations of one day, as JSON lines',
      input: {
        sql: 'SELECT DISTINCT operation FROM events',
        from: '2026-03-02T00:00:00Z',
        to: '2026-03-03T00:00:00Z',
      },
      commandLine:
        'query "SELECT DISTINCT operation FROM events" --from 2026-03-02 --to 2026-03-03 --json',
      runsOn: 'sample',
    },
  ],
  async run(context, { sql, ...input }) {
    const sources = await context.readers.sources();
    return new QueryAnswer(context, sources, { sql, period: periodOf(input) });
  },
};

type Tables = QueryResult['tables'];

class QueryAnswer implements ListResult<QueryItem, QueryView>, QueryView {
  readonly #context: OperationContext;
  readonly #sources: Sources;
  readonly #sql: string;
  readonly #options: QueryOptions & { readonly period: PeriodMs };
  #rows = 0;
  #tables: Tables = [];

  constructor(
    context: OperationContext,
    sources: Sources,
    asked: { readonly sql: string; readonly period: PeriodMs },
  ) {
    const { tenant, clock } = context;
    this.#context = context;
    this.#sources = sources;
    this.#sql = asked.sql;
    this.#options = { tenant, nowMs: clock.now(), period: asked.period };
  }

  get view(): QueryView {
    return this;
  }

  async table(): ReturnType<QueryView['table']> {
    const { query } = await import('../../store/query/user-query.ts');
    const result = await query(this.#context.dataDir, this.#sql, this.#options);
    this.#tables = result.tables;
    return { columns: result.columns, rows: this.#counted(result.rows) };
  }

  async writeParquet(path: string): Promise<number> {
    const { queryToParquet } = await import('../../store/query/user-query.ts');
    const { dataDir } = this.#context;
    const { rows, tables } = await queryToParquet(dataDir, this.#sql, path, this.#options);
    this.#rows = rows;
    this.#tables = tables;
    return rows;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<QueryItem> {
    const { columns, rows } = await this.table();
    for await (const row of rows) {
      yield Object.fromEntries(columns.map(({ name }, at) => [name, row[at] ?? null]));
    }
  }

  async conclude(): Promise<Conclusion> {
    const { tenant, dataDir } = this.#context;
    const { store, head, examined } = this.#sources;
    const isIndexed = indexConclusion(head);
    if (isIndexed.kind !== 'yes') return isIndexed;
    if (isNamed(this.#tables, 'findings')) await examined();
    const because = emptyTablesText(this.#tables, tenant);
    if (because !== undefined) return unknown(because);
    if (this.#rows === 0) {
      return unknown(`no row of ${dataDir} fits, which is no proof that none exists`);
    }
    const { period } = this.#options;
    return concludeRows(this.#tables, period, store.coverageOf({ ...period, tenant }, head));
  }

  async *#counted(batches: QueryResult['rows']): AsyncGenerator<QueryRow> {
    for await (const batch of untilAborted(batches, this.#context.signal)) {
      this.#rows += batch.length;
      yield* batch;
    }
  }
}

/**
 * A row may be a total, so it is only as complete as the events of the requested period. Without a
 * period, the latest records are never settled. A query that reads `coverage` checks that itself.
 */
function concludeRows(tables: Tables, period: PeriodMs, coverage: Coverage): Conclusion {
  if (!isNamed(tables, 'events') || isNamed(tables, 'coverage')) return YES;
  const isGiven = period.fromMs !== undefined || period.toMs !== undefined;
  return isGiven || coverage.holes.length > 0 ? coverageConclusion(coverage.answer) : YES;
}

function isNamed(tables: Tables, name: string): boolean {
  return tables.some((table) => table.name === name);
}

/** In a table without rows, a count of 0 says nothing about the tenant. */
const EMPTY: ReadonlyMap<string, string> = new Map([
  [
    'findings',
    'no detector has found anything: "countersign findings" states whether records are missing, ' +
      'and "countersign rules status" lists blind rules',
  ],
  ['decisions', 'no enforcement point has asked for a decision, nor has "countersign decide"'],
]);

function emptyTablesText(tables: Tables, tenant: string | undefined): string | undefined {
  const reasons = tables.flatMap(({ name, isEmpty }) => {
    const why = isEmpty ? EMPTY.get(name) : undefined;
    const of = tenant === undefined ? '' : ` of the tenant ${tenant}`;
    return why === undefined ? [] : [`the table ${name} holds no row${of}: ${why}`];
  });
  return reasons.length === 0 ? undefined : reasons.join('; ');
}
