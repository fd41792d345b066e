import { join } from 'node:path';
import { TENANT_NOT_STATED } from '@countersign/core';
import { readParquet } from '../parquet/parquet-sql.ts';
import type { ListedFile } from '../sqlite/state-database.ts';
import type { SummaryFile, SummaryTable } from './summary-table.ts';

/** The rows of a summary table, as a FROM clause. */
export type SummarySource = {
  readonly from: string;
  /** Rows of event files without a summary; all of them are read and grouped. */
  readonly eventRows: number;
  /** Of a table without groups: the rows of those events. Each query computes them again. */
  readonly fresh?: {
    readonly sql: string;
    /** The FROM clause if a table holds them. */
    readonly heldBy: (table: string) => string;
  };
};

/** Event files, and the valid summaries of some of them. */
export type SummaryInput = {
  readonly dir: string;
  readonly files: readonly ListedFile[];
  readonly summaries: readonly SummaryFile[];
  /** FROM clause for the events of these files, each with its tenant. */
  readonly eventsOf: (files: readonly ListedFile[]) => string;
  /** SQL for the tenant that a stored row is attributed to. */
  readonly tenantSql: string;
};

/** Summaries of one day, the largest first, and the event files beside them. */
type DayParts = { readonly summaries: readonly SummaryFile[]; readonly isAlone: boolean };

/**
 * Unites the stored summaries with a summary of all other events.
 *
 * The only summary of a day is read as it is. Otherwise the largest one is read, and only its rows
 * with keys that are elsewhere too are merged: late records must not make a question group the rows
 * of a whole day again.
 */
export function summarySource(table: SummaryTable, input: SummaryInput): SummarySource {
  const summaryOf = new Map(
    input.summaries.filter(({ name }) => name === table.name).map((file) => [file.of, file]),
  );
  const others = input.files.filter(({ path }) => !summaryOf.has(path));
  const days = daysOf(input.files, summaryOf, others);
  const read = (some: readonly SummaryFile[], where = 'true'): string[] => {
    const paths = some.map(({ path }) => join(input.dir, path));
    if (paths.length === 0) return [];
    const columns = `* REPLACE (${input.tenantSql} AS tenant)`;
    return [`SELECT ${columns} FROM ${readParquet(paths)} WHERE ${where}`];
  };
  const events = others.length === 0 ? [] : [table.sql(input.eventsOf(others))];
  const eventRows = others.reduce((sum, { rows }) => sum + rows, 0);
  const from = (some: readonly string[]): string =>
    `(${some.join(' UNION ALL ') || table.sql(input.eventsOf([]))})`;
  if (table.group === undefined) {
    const stored = read(days.flatMap(({ summaries }) => summaries));
    const [sql] = events;
    const heldBy = (name: string): string => from([...stored, `SELECT * FROM ${name}`]);
    return {
      from: from([...stored, ...events]),
      eventRows,
      ...(sql !== undefined && { fresh: { sql, heldBy } }),
    };
  }
  const largest = (isAlone: boolean): SummaryFile[] =>
    days.filter((day) => day.isAlone === isAlone).flatMap(({ summaries }) => summaries.slice(0, 1));
  const [alone, [base]] = [read(largest(true)), read(largest(false), IS_STATED)];
  const rest = [
    ...read(largest(false), `NOT (${IS_STATED})`),
    ...read(days.flatMap(({ summaries }) => summaries.slice(1))),
    ...events,
  ];
  return { from: from([...alone, ...united(table.group, base, rest)]), eventRows };
}

/** A record of no tenant belongs to the only tenant, which may have a row with the same key. */
const IS_STATED = `tenant <> '${TENANT_NOT_STATED}'`;

function daysOf(
  files: readonly ListedFile[],
  summaryOf: ReadonlyMap<string, SummaryFile>,
  others: readonly ListedFile[],
): DayParts[] {
  const stored = files.filter(({ path }) => (summaryOf.get(path)?.rows ?? 0) > 0);
  return [...Map.groupBy(stored, ({ day }) => day).values()].map((own) => {
    const summaries = own
      .map(({ path }) => summaryOf.get(path) as SummaryFile)
      .sort((a, b) => b.rows - a.rows);
    const dayMs = Date.parse(own[0]?.day ?? '');
    const isBeside = ({ minTimeMs, maxTimeMs }: ListedFile): boolean =>
      minTimeMs < dayMs + DAY_MS && maxTimeMs >= dayMs;
    const isOnly = summaries.length === 1 && summaries[0]?.unstated === 0;
    return { summaries, isAlone: isOnly && !others.some(isBeside) };
  });
}

const DAY_MS = 86_400_000;

type Group = NonNullable<SummaryTable['group']>;

function united(
  { key: columns, merge }: Group,
  base: string | undefined,
  rest: readonly string[],
): string[] {
  const [only, ...more] = rest;
  if (only === undefined) return base === undefined ? [] : [base];
  if (base === undefined) return more.length === 0 ? [only] : [merge(parts(rest))];
  const key = columns.join(', ');
  const same = `SELECT * FROM (${base}) SEMI JOIN keys USING (${key})`;
  return [
    `SELECT * FROM (WITH other AS MATERIALIZED (${rest.join(' UNION ALL ')}),
      keys AS MATERIALIZED (SELECT DISTINCT ${key} FROM other)
      SELECT * FROM (${base}) ANTI JOIN keys USING (${key})
      UNION ALL SELECT * FROM (${merge(parts([same, 'SELECT * FROM other']))}))`,
  ];
}

function parts(rows: readonly string[]): string {
  return `(${rows.join(' UNION ALL ')})`;
}
