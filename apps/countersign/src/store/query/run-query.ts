import { mkdir, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { messageOf } from '@countersign/core';
import type { DuckDBConnection, DuckDBResult } from '@duckdb/node-api';
import { coverageRows } from '../coverage/coverage-rows.ts';
import { ObservedCoverage } from '../coverage/observed-coverage.ts';
import { DuckDbEngine, identifier, literal } from '../duckdb/duckdb-engine.ts';
import { StoreError } from '../errors.ts';
import { QUERY_MEMORY_BYTES } from '../limits.ts';
import { CurrentRows } from '../reading/current-rows.ts';
import type { CoverageRow } from '../rows/entry-rows.ts';
import type { StateDatabase } from '../sqlite/state-database.ts';
import { checkStatement, checkText, queryError } from './check-query.ts';
import type { NamedTable, QueryReply, QueryRequest } from './query-messages.ts';
import { plainValue, type QueryColumn } from './query-value.ts';
import { makeViews } from './query-views.ts';

/** Resolves once the caller is ready for more. */
export type Send = (reply: QueryReply) => Promise<void>;

/**
 * Runs one query in its own engine, which is locked before it sees the text.
 *
 * The query can read no file except the event files, reach no network, load no extension and undo
 * no setting.
 */
export async function runQuery(request: QueryRequest, send: Send): Promise<void> {
  const live = await CurrentRows.open(request.dir, request.threads);
  try {
    for (let attempt = 0; ; attempt++) {
      try {
        await runOnce(live, request, send);
        return;
      } catch (cause) {
        live.retryOrThrow(cause, attempt);
      }
    }
  } finally {
    live.close();
  }
}

async function runOnce(live: CurrentRows, request: QueryRequest, send: Send): Promise<void> {
  const { dir, sql, threads, tempDir, tenant } = request;
  const engine = await DuckDbEngine.open({ threads, tempDir, memoryBytes: QUERY_MEMORY_BYTES });
  try {
    const named = await engine.use((connection) => checkText(connection, sql, tenant));
    const snapshot = await live.snapshotIn(engine);
    const tenants = live.state?.tenants() ?? [];
    const coverage = named.has('coverage') ? coverageOf(live.state, request.nowMs) : [];
    const findings = named.has('findings') ? (live.state?.findings.list() ?? []) : [];
    const decisions = named.has('decisions') ? (live.state?.decisions.list() ?? []) : [];
    const { period } = request;
    const sources = { dir, snapshot, tenants, coverage, findings, decisions, tenant, period };
    const empty = await makeViews(engine, sources, named);
    const tables = [...named].map((name) => ({ name, isEmpty: empty.has(name) }));
    await lock(engine, snapshot.paths());
    await engine.use(async (connection) => {
      await checkStatement(connection, sql);
      await answer(connection, request, tables, send);
    });
  } finally {
    engine.close();
  }
}

/** The order matters: no setting can change after the last line. */
export async function lock(engine: DuckDbEngine, paths: readonly string[]): Promise<void> {
  await engine.run(`SET allowed_paths = [${paths.map(literal).join(', ')}]`);
  await engine.run('SET enable_external_access = false');
  await engine.run('SET lock_configuration = true');
}

async function answer(
  connection: DuckDBConnection,
  request: QueryRequest,
  tables: readonly NamedTable[],
  send: Send,
): Promise<void> {
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    connection.interrupt();
  }, request.timeoutMs);
  try {
    const result = await connection.stream(request.sql);
    const rows =
      request.parquet === null
        ? await sendRows(result, tables, send)
        : await writeParquet(result, request.parquet, request.threads);
    await send({ kind: 'done', rows, tables });
  } catch (cause) {
    if (isLate) throw tooLong(request.timeoutMs);
    if (cause instanceof StoreError || /No such file|Cannot open file/.test(messageOf(cause))) {
      throw cause;
    }
    throw queryError(messageOf(cause), cause);
  } finally {
    clearTimeout(timer);
  }
}

function coverageOf(state: StateDatabase | undefined, nowMs: number): CoverageRow[] {
  if (state === undefined) return [];
  return coverageRows(state, new ObservedCoverage(), nowMs);
}

export function tooLong(timeoutMs: number): StoreError {
  return new StoreError(
    'QUERY_LIMIT',
    `could not finish the query within ${timeoutMs / 1000} s; narrow it, for instance by time`,
  );
}

async function sendRows(
  result: DuckDBResult,
  tables: readonly NamedTable[],
  send: Send,
): Promise<number> {
  await send({ kind: 'columns', columns: columnsOf(result), tables });
  let sent = 0;
  for (;;) {
    const chunk = await result.fetchChunk();
    if (chunk === null || chunk.rowCount === 0) return sent;
    sent += chunk.rowCount;
    await send({ kind: 'rows', rows: chunk.getRows().map((row) => row.map(plainValue)) });
  }
}

/** The locked engine cannot write, so its rows go through another one, chunk by chunk. */
async function writeParquet(result: DuckDBResult, path: string, threads: number): Promise<number> {
  const tempDir = dirname(path);
  await mkdir(tempDir, { recursive: true });
  const engine = await DuckDbEngine.open({ threads, tempDir, memoryBytes: QUERY_MEMORY_BYTES });
  try {
    return await engine.use(async (connection) => {
      const columns = columnsOf(result).map(({ name, type }) => `${identifier(name)} ${type}`);
      await connection.run(`CREATE TABLE result (${columns.join(', ')})`);
      const appender = await connection.createAppender('result');
      let rows = 0;
      for (;;) {
        const chunk = await result.fetchChunk();
        if (chunk === null || chunk.rowCount === 0) break;
        rows += chunk.rowCount;
        appender.appendDataChunk(chunk);
      }
      appender.closeSync();
      await connection.run(`COPY result TO ${literal(path)} (FORMAT parquet, COMPRESSION zstd)`);
      return rows;
    });
  } catch (cause) {
    await rm(path, { force: true });
    throw cause;
  } finally {
    engine.close();
  }
}

function columnsOf(result: DuckDBResult): QueryColumn[] {
  const types = result.columnTypes();
  return result.deduplicatedColumnNames().map((name, i) => ({ name, type: String(types[i]) }));
}
