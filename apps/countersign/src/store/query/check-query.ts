import { messageOf } from '@countersign/core';
import { type DuckDBConnection, StatementType } from '@duckdb/node-api';
import { StoreError } from '../errors.ts';
import { QUERY_CHARS_MAX } from '../limits.ts';

/**
 * Table functions in FROM that only compute rows from their arguments. All others are refused: some
 * read files, and `enable_logging` writes files and can end the process.
 */
const TABLE_FUNCTIONS: ReadonlySet<string> = new Set([
  'range',
  'generate_series',
  'unnest',
  'json_each',
  'json_tree',
]);

/**
 * Functions about the engine: settings, logs, column statistics and plans. They reveal files and
 * rows outside the tables (`stats` returns a file's minimum and maximum of any tenant).
 */
const ENGINE_FUNCTIONS: ReadonlySet<string> = new Set([
  'current_setting',
  'format_type',
  'get_block_size',
  'getenv',
  'getvariable',
  'json_serialize_plan',
  'pg_get_constraintdef',
  'pg_get_viewdef',
  'stats',
  'write_log',
]);

/** Names by which SHOW lists the five tables and their columns. */
const SHOWN: ReadonlySet<string> = new Set(['', '"tables"', '__show_tables_expanded']);

/** The tables that a query may name. Other tables in FROM must be its own (WITH). */
const QUERY_TABLES = ['events', 'entries', 'findings', 'decisions', 'coverage'] as const;

/**
 * Accepts text that only reads the five tables, and returns which of them it names.
 *
 * DuckDB's own parser decides: it returns a syntax tree for SELECT (with DESCRIBE, SHOW and
 * SUMMARIZE) and for nothing else. EXPLAIN is removed first, because EXPLAIN ANALYZE runs the
 * query.
 * @throws StoreError QUERY_REFUSED, QUERY_FAILED
 */
export async function checkText(
  connection: DuckDBConnection,
  sql: string,
  tenant: string | null,
): Promise<ReadonlySet<string>> {
  if (sql.length > QUERY_CHARS_MAX)
    throw refused(`it is longer than ${QUERY_CHARS_MAX} characters`);
  const bare = sql.replace(/^\s*explain(?:\s+analyze)?\s+(?=[a-z(])/i, '');
  const tree = await syntaxTree(connection, bare);
  if (tenant !== null && bare !== sql) {
    throw refused(
      'a plan counts the rows of every tenant, so EXPLAIN and --tenant exclude each other',
    );
  }
  const tables = new Set<string>();
  for (const { node, own } of nodesOf(tree)) {
    if (node['type'] === 'BASE_TABLE') {
      const table = tableOf(node, own);
      if (table !== undefined) tables.add(table);
    }
    checkNode(node);
  }
  return tables;
}

/**
 * The name of one of the five tables; undefined for a table of the query itself.
 *
 * Any other name is refused, because it could be a file or an engine table: DuckDB reads `FROM
 * 'x.parquet'` as a file.
 */
function tableOf(node: Node, own: ReadonlySet<string>): string | undefined {
  const [catalog, schema, table] = ['catalog_name', 'schema_name', 'table_name'].map((member) =>
    textOf(node, member).toLowerCase(),
  );
  if (catalog === '' && schema === '' && own.has(table ?? '')) return undefined;
  const isOurs = catalog === '' && (schema === '' || schema === 'main');
  if (isOurs && QUERY_TABLES.some((name) => name === table)) return table;
  throw refused(`"${textOf(node, 'table_name')}" is not one of its tables`);
}

function checkNode(node: Node): void {
  if (node['type'] === 'SHOW_REF' && !SHOWN.has(textOf(node, 'table_name'))) {
    throw refused(`it shows ${textOf(node, 'table_name')}`);
  }
  if (node['type'] === 'TABLE_FUNCTION') {
    const name = String((node['function'] as Node | undefined)?.['function_name']);
    if (!TABLE_FUNCTIONS.has(name.toLowerCase())) {
      throw refused(`it calls the table function "${name}"`);
    }
  }
  const called = node['function_name'];
  if (typeof called === 'string' && ENGINE_FUNCTIONS.has(called.toLowerCase())) {
    throw refused(`it calls the function "${called}"`);
  }
}

/**
 * Accepts text that DuckDB, with the tables known, parses as one read-only statement.
 * @throws StoreError QUERY_REFUSED, QUERY_FAILED
 */
export async function checkStatement(connection: DuckDBConnection, sql: string): Promise<void> {
  const extracted = await connection.extractStatements(sql);
  if (extracted.count !== 1) throw refused('it is not exactly one statement');
  let type: StatementType;
  try {
    const prepared = await extracted.prepare(0);
    type = prepared.statementType;
    prepared.destroySync();
  } catch (cause) {
    throw queryError(messageOf(cause), cause);
  }
  if (type === StatementType.SELECT || type === StatementType.EXPLAIN) return;
  throw refused(`it is a ${StatementType[type]} statement`);
}

async function syntaxTree(connection: DuckDBConnection, sql: string): Promise<unknown> {
  const result = await connection.runAndReadAll('SELECT json_serialize_sql($1::VARCHAR)', [sql]);
  const tree = JSON.parse(String(result.getRows()[0]?.[0])) as SyntaxTree;
  if (tree.error) {
    if (tree.error_type === 'parser') throw queryError(tree.error_message ?? 'it cannot be parsed');
    throw refused('it is not a SELECT, WITH, EXPLAIN, DESCRIBE or SHOW statement');
  }
  if (tree.statements?.length !== 1) throw refused('it is not exactly one statement');
  return tree;
}

type SyntaxTree = {
  readonly error: boolean;
  readonly error_type?: string;
  readonly error_message?: string;
  readonly statements?: readonly unknown[];
};

type Node = { readonly [name: string]: unknown };

function textOf(node: Node, member: string): string {
  const value = node[member];
  return typeof value === 'string' ? value : '';
}

/** A node of the tree, and the WITH tables in its scope. */
type TreeNode = { readonly node: Node; readonly own: ReadonlySet<string> };

/** Every object of the tree. Not recursive, because an attacker chooses the depth. */
function* nodesOf(tree: unknown): Generator<TreeNode> {
  const waiting: { readonly value: unknown; readonly own: ReadonlySet<string> }[] = [
    { value: tree, own: new Set() },
  ];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { value } = next;
    if (typeof value !== 'object' || value === null) continue;
    let { own } = next;
    if (!Array.isArray(value)) {
      const made = namesOfWith(value as Node);
      if (made.length > 0) own = new Set([...own, ...made]);
      yield { node: value as Node, own };
    }
    for (const child of Object.values(value))
      if (child !== undefined) waiting.push({ value: child, own });
  }
}

function namesOfWith(node: Node): string[] {
  const { map } = (node['cte_map'] ?? {}) as { readonly map?: readonly { readonly key: string }[] };
  return (map ?? []).map(({ key }) => key.toLowerCase());
}

function refused(why: string): StoreError {
  return new StoreError(
    'QUERY_REFUSED',
    `could not run the query: ${why}; write one SELECT over events, entries, findings, ` +
      'decisions and coverage',
  );
}

export function queryError(why: string, cause?: unknown): StoreError {
  const line = why.split('\n')[0];
  return new StoreError('QUERY_FAILED', `could not run the query: ${line}`, { cause });
}
