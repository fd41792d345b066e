import { type DuckDBConnection, StatementType } from '@duckdb/node-api';
import { messageOf } from '../core/index.ts';
import { BooksError } from './errors.ts';
import { QUERY_CHARS_MAX } from './limits.ts';

/**
 * Functions in FROM that make rows out of their arguments. All others are refused: some read
 * files, and some change the engine itself (`enable_logging` writes files and can end the process).
 */
const TABLE_FUNCTIONS: ReadonlySet<string> = new Set([
  'range',
  'generate_series',
  'unnest',
  'json_each',
  'json_tree',
]);

/**
 * Passes text that only reads, and says which tables it names. What it is, DuckDB's own parser
 * says: a syntax tree exists for SELECT (with DESCRIBE, SHOW and SUMMARIZE) and for nothing else.
 * EXPLAIN is taken off first, since EXPLAIN ANALYZE runs what it explains.
 * @throws BooksError QUERY_REFUSED, QUERY_FAILED
 */
export async function checkText(
  connection: DuckDBConnection,
  sql: string,
): Promise<ReadonlySet<string>> {
  if (sql.length > QUERY_CHARS_MAX)
    throw refused(`it is longer than ${QUERY_CHARS_MAX} characters`);
  const bare = sql.replace(/^\s*explain(?:\s+analyze)?\s+(?=[a-z(])/i, '');
  const tables = new Set<string>();
  for (const node of nodesOf(await syntaxTree(connection, bare))) {
    const { type, table_name: table, function: called } = node;
    if (type === 'BASE_TABLE') tables.add(String(table).toLowerCase());
    if (type !== 'TABLE_FUNCTION') continue;
    const name = String((called as Node | undefined)?.['function_name']);
    if (!TABLE_FUNCTIONS.has(name.toLowerCase())) {
      throw refused(`it calls the table function "${name}"`);
    }
  }
  return tables;
}

/**
 * Passes what DuckDB, once it knows the tables, takes for one statement of a type that only reads.
 * @throws BooksError QUERY_REFUSED, QUERY_FAILED
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
    throw failed(messageOf(cause), cause);
  }
  if (type === StatementType.SELECT || type === StatementType.EXPLAIN) return;
  throw refused(`it is a ${StatementType[type]} statement`);
}

async function syntaxTree(connection: DuckDBConnection, sql: string): Promise<unknown> {
  const result = await connection.runAndReadAll('SELECT json_serialize_sql($1::VARCHAR)', [sql]);
  const tree = JSON.parse(String(result.getRows()[0]?.[0])) as SyntaxTree;
  if (tree.error) {
    if (tree.error_type === 'parser') throw failed(tree.error_message ?? 'it cannot be parsed');
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

/** Every object of the tree; without recursion, since the depth is the asker's choice. */
function* nodesOf(tree: unknown): Generator<Node> {
  const waiting = [tree];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (typeof node !== 'object' || node === null) continue;
    if (!Array.isArray(node)) yield node as Node;
    for (const child of Object.values(node)) if (child !== undefined) waiting.push(child);
  }
}

function refused(why: string): BooksError {
  return new BooksError(
    'QUERY_REFUSED',
    `couldn't run the query: ${why}; write one SELECT over events, entries, findings, ` +
      'decisions and coverage',
  );
}

export function failed(why: string, cause?: unknown): BooksError {
  const line = why.split('\n')[0];
  return new BooksError('QUERY_FAILED', `couldn't run the query: ${line}`, { cause });
}
