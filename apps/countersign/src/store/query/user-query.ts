import { type ChildProcess, fork } from 'node:child_process';
import { on } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { StoreError } from '../errors.ts';
import { QUERY_GRACE_MS, QUERY_MS_MAX, QUERY_PROCESS_BYTES_MAX } from '../limits.ts';
import type { Scope } from '../reading/current-rows.ts';
import type { NamedTable, QueryNext, QueryReply, QueryRequest } from './query-messages.ts';
import type { QueryColumn, QueryValue } from './query-value.ts';
import { tooLong } from './run-query.ts';

export type QueryOptions = {
  readonly threads?: number;
  readonly timeoutMs?: number;
  /** Only rows of this tenant. */
  readonly tenant?: string | undefined;
  /** For the table `coverage`. Defaults to the time of the last poll. */
  readonly nowMs?: number;
  /** Only events of this period; the answer then has its coverage. */
  readonly period?: Scope;
};

export type QueryResult = {
  readonly columns: readonly QueryColumn[];
  readonly tables: readonly NamedTable[];
  /** In the engine's batches. MUST be read to the end or left by `break`. */
  readonly rows: AsyncIterable<readonly (readonly QueryValue[])[]>;
};

/**
 * Runs read-only SQL over `events`, `entries`, `findings`, `decisions` and `coverage` in its own
 * process.
 * @throws StoreError QUERY_REFUSED, QUERY_FAILED, QUERY_LIMIT
 */
export async function query(
  dir: string,
  sql: string,
  options: QueryOptions = {},
): Promise<QueryResult> {
  const replies = ask({ ...questionOf(dir, sql, options), parquet: null });
  const first = await replies.next();
  const { columns, tables } =
    first.value?.kind === 'columns' ? first.value : { columns: [], tables: [] };
  return { columns, tables, rows: rowsOf(replies) };
}

/** Writes the result to a Parquet file. Returns its row count and the tables that it names. */
export async function queryToParquet(
  dir: string,
  sql: string,
  path: string,
  options: QueryOptions = {},
): Promise<{ readonly rows: number; readonly tables: readonly NamedTable[] }> {
  let written = { rows: 0, tables: [] as readonly NamedTable[] };
  for await (const reply of ask({ ...questionOf(dir, sql, options), parquet: path })) {
    if (reply.kind === 'done') written = { rows: reply.rows, tables: reply.tables };
  }
  return written;
}

type Question = Omit<QueryRequest, 'tempDir'>;

function questionOf(dir: string, sql: string, options: QueryOptions): Omit<Question, 'parquet'> {
  const { threads = 1, timeoutMs = QUERY_MS_MAX, tenant = null } = options;
  const { nowMs = -Infinity, period = {} } = options;
  return { kind: 'run', dir, sql, threads, timeoutMs, tenant, nowMs, period };
}

async function* rowsOf(replies: AsyncGenerator<QueryReply>): QueryResult['rows'] {
  for await (const reply of replies) if (reply.kind === 'rows') yield reply.rows;
}

async function* ask(question: Question): AsyncGenerator<QueryReply> {
  const tempDir = await mkdtemp(join(tmpdir(), 'countersign-query-'));
  try {
    yield* converse({ ...question, tempDir });
  } finally {
    // A killed process does not clean up.
    await rm(tempDir, { recursive: true, force: true });
  }
}

async function* converse(request: QueryRequest): AsyncGenerator<QueryReply> {
  const child = fork(PROCESS, {
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  const ended = new AbortController();
  child.once('exit', () => ended.abort());
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    child.kill('SIGKILL');
  }, request.timeoutMs + QUERY_GRACE_MS);
  try {
    const messages = on(child, 'message', { signal: ended.signal });
    child.send(request);
    for await (const [reply] of messages as AsyncIterable<[QueryReply]>) {
      if (reply.kind === 'error') throw errorOf(reply);
      yield reply;
      if (reply.kind === 'done') return;
      if (reply.kind === 'rows') child.send({ kind: 'next' } satisfies QueryNext);
    }
  } catch (cause) {
    if (!ended.signal.aborted || cause instanceof StoreError) throw cause;
    throw isLate ? tooLong(request.timeoutMs) : endedEarly(child);
  } finally {
    clearTimeout(timer);
    child.kill('SIGKILL');
  }
}

/** A sibling file with the same extension: `.ts` in a clone, `.js` in the published package. */
const PROCESS = fileURLToPath(
  new URL(`./query-process${extname(import.meta.url)}`, import.meta.url),
);

function errorOf(reply: Extract<QueryReply, { kind: 'error' }>): Error {
  return reply.code === null ? new Error(reply.message) : new StoreError(reply.code, reply.message);
}

/** The process kills itself when it grows too large. It ends early for no other reason. */
function endedEarly(child: ChildProcess): Error {
  if (child.signalCode === null) {
    return new Error(`the process of a query ended with code ${child.exitCode}`);
  }
  const gib = QUERY_PROCESS_BYTES_MAX / 1024 ** 3;
  return new StoreError(
    'QUERY_LIMIT',
    `could not finish the query within ${gib} GiB of memory; narrow it, or ask for fewer columns`,
  );
}
