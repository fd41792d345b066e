import assert from 'node:assert/strict';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { TENANT_NOT_STATED } from '@countersign/core';
import { DuckDbEngine } from '../duckdb/duckdb-engine.ts';
import { CONTOSO, HEAD, row, storeOf } from '../testing/rows.ts';
import type { QueryValue } from './query-value.ts';
import { lock, runQuery } from './run-query.ts';
import { query, queryToParquet } from './user-query.ts';

suite('query', () => {
  let dir = '';
  let tempDir = '';

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'countersign-query-'));
    tempDir = await mkdtemp(join(tmpdir(), 'countersign-query-'));
    const rows = [
      row(0, { actorName: 'a@x', operation: 'Send', itemCount: 2 }),
      row(1, { actorName: "o'brien@x", operation: 'tab\there', itemCount: 3 }),
      row(2, { tenant: TENANT_NOT_STATED, operation: 'Send' }),
      row(3, { operation: 'Send', entries: [0, 3] }),
    ];
    const store = await storeOf(dir, [rows.slice(0, 2), rows.slice(2)], [0]);
    store.post({
      facts: {
        coverage: [
          {
            index: 1,
            tenant: CONTOSO,
            source: 'm365.export/unified-audit-log',
            workload: null,
            subject: null,
            fromMs: 0,
            toMs: null,
            state: 'unknown',
            bound: 0.25,
            because: 'an import',
          },
        ],
      },
    });
    store.commit(HEAD.size);
    store.close();
    writeFileSync(join(dir, 'secret.csv'), 'secret\n');
  });

  after(async () => {
    await rm(dir, { recursive: true, force: true });
    await rm(tempDir, { recursive: true, force: true });
  });

  /** Runs the query in this process. A refusal happens before it runs. */
  async function rowsOf(
    sql: string,
    tenant: string | null = null,
  ): Promise<readonly (readonly QueryValue[])[]> {
    const rows: (readonly QueryValue[])[] = [];
    const request = {
      kind: 'run',
      dir,
      tempDir,
      sql,
      threads: 1,
      timeoutMs: 60_000,
      tenant,
      parquet: null,
      nowMs: 0,
      period: {},
    } as const;
    await runQuery(request, async (reply) => {
      if (reply.kind === 'rows') rows.push(...reply.rows);
    });
    return rows;
  }

  test('counts current rows, in the tenant that every answer uses', async () => {
    const sql = 'SELECT operation, count(*), sum(item_count) FROM events GROUP BY 1 ORDER BY 1';
    assert.deepEqual(await rowsOf(sql), [
      ['Send', 2, 2],
      ['tab\there', 1, 3],
    ]);
    assert.deepEqual(await rowsOf('SELECT DISTINCT tenant FROM events'), [[CONTOSO]]);
  });

  test('of one tenant counts nothing of another', async () => {
    const another = '00000000-0000-4000-8000-000000000009';
    for (const table of ['events', 'coverage']) {
      const sql = `SELECT count(*) > 0 FROM ${table}`;
      assert.deepEqual(await rowsOf(sql, CONTOSO), [[true]], table);
      assert.deepEqual(await rowsOf(sql, another), [[false]], table);
    }
  });

  test('of one tenant returns no row of another, for any named table', async () => {
    const another = '00000000-0000-4000-8000-000000000009';
    const files = readdirSync(join(dir, 'events'), { recursive: true, encoding: 'utf8' });
    const file = files.find((name) => name.endsWith('.parquet'));
    assert.ok(file !== undefined, 'rows lie in a Parquet file');
    const path = join(dir, 'events', file);
    for (const sql of [
      `SELECT count(*) FROM '${path}'`,
      `SELECT count(*) FROM "${path}"`,
      `SELECT count(*) FROM read_parquet('${path}')`,
      `WITH events AS (FROM '${path}') SELECT count(*) FROM events`,
      `FROM parquet_file_metadata('${path}')`,
      'EXPLAIN ANALYZE SELECT count(*) FROM events',
      'SELECT stats(actor_name) FROM events',
    ]) {
      await assert.rejects(rowsOf(sql, another), { code: 'QUERY_REFUSED' }, sql);
    }
  });

  test('returns times, lists and numbers as JSON values', async () => {
    const { columns, rows } = await query(
      dir,
      `SELECT time, entries, class_uid * 1.5 AS d, 9007199254740993 AS big, 'nan'::DOUBLE AS nan,
        {'a': [1]} AS s, time + INTERVAL 1500 MICROSECONDS AS t FROM events WHERE "index" = 3`,
    );
    const all: unknown[] = [];
    for await (const batch of rows) all.push(...batch);
    assert.deepEqual(columns.slice(0, 2), [
      { name: 'time', type: 'TIMESTAMP WITH TIME ZONE' },
      { name: 'entries', type: 'BIGINT[]' },
    ]);
    assert.deepEqual(all, [
      [
        '2024-01-12T08:00:03Z',
        [0, 3],
        9004.5,
        '9007199254740993',
        'NaN',
        { a: [1] },
        '2024-01-12T08:00:03.0015Z',
      ],
    ]);
  });

  test('accepts all five tables, with and without rows', async () => {
    assert.deepEqual((await rowsOf('SHOW TABLES')).flat(), [
      'coverage',
      'decisions',
      'entries',
      'events',
      'findings',
    ]);
    const [fact] = await rowsOf('SELECT tenant, "from", "to", state, bound, because FROM coverage');
    assert.deepEqual(fact, [CONTOSO, '1970-01-01T00:00:00Z', null, 'unknown', 0.25, 'an import']);
    for (const table of ['findings', 'decisions']) {
      assert.deepEqual(await rowsOf(`SELECT * FROM ${table}`), []);
    }
  });

  test('explains, describes and summarizes', async () => {
    for (const sql of [
      'EXPLAIN SELECT 1',
      'EXPLAIN ANALYZE SELECT count(*) FROM events',
      'DESCRIBE events',
      'SUMMARIZE coverage',
      'WITH t AS (SELECT 1) SELECT * FROM t;',
      'FROM events',
      'FROM Main.Events',
      'WITH t AS (FROM events), u AS (FROM t) SELECT * FROM u, T',
      'WITH RECURSIVE t AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM t WHERE n < 3) FROM t',
      'FROM events WHERE EXISTS (WITH t AS (SELECT 1) FROM t)',
      'VALUES (1)',
      'SELECT unnest([1]), x FROM range(2) t(x)',
    ]) {
      assert.ok((await rowsOf(sql)).length > 0, sql);
    }
  });

  const REFUSED: readonly [string, string][] = [
    ["SELECT * FROM '/etc/passwd'", 'QUERY_REFUSED'],
    ["SELECT * FROM read_csv('/etc/passwd')", 'QUERY_REFUSED'],
    ["SELECT (SELECT content FROM read_text('/etc/passwd'))", 'QUERY_REFUSED'],
    ["WITH t AS (SELECT * FROM read_blob('DIR/keys/note.key')) FROM t", 'QUERY_REFUSED'],
    ["SELECT * FROM 'DIR/secret.csv'", 'QUERY_REFUSED'],
    ["SELECT count(*) FROM 'DIR/events/hot/0.parquet'", 'QUERY_REFUSED'],
    ['FROM "DIR/events/hot/0.parquet"', 'QUERY_REFUSED'],
    ["DESCRIBE 'DIR/events/hot/0.parquet'", 'QUERY_REFUSED'],
    ["SUMMARIZE 'DIR/events/hot/0.parquet'", 'QUERY_REFUSED'],
    ["WITH events AS (FROM 'DIR/events/hot/0.parquet') FROM events", 'QUERY_REFUSED'],
    ['FROM (WITH "a.parquet" AS (SELECT 1) FROM "a.parquet"), "a.parquet"', 'QUERY_REFUSED'],
    ['FROM (WITH duckdb_settings AS (SELECT 1) SELECT 1), duckdb_settings', 'QUERY_REFUSED'],
    ['WITH t AS (SELECT 1) FROM main.t', 'QUERY_REFUSED'],
    ['FROM duckdb_settings', 'QUERY_REFUSED'],
    ['FROM information_schema.tables', 'QUERY_REFUSED'],
    ['FROM system.main.duckdb_views', 'QUERY_REFUSED'],
    ['FROM sqlite_master', 'QUERY_REFUSED'],
    ["SELECT current_setting('allowed_paths')", 'QUERY_REFUSED'],
    ["SELECT getvariable('a')", 'QUERY_REFUSED'],
    ["SELECT system.main.write_log('a')", 'QUERY_REFUSED'],
    ['SELECT stats(actor_name) FROM events', 'QUERY_REFUSED'],
    ['SELECT actor_name.stats() FROM events', 'QUERY_REFUSED'],
    ['SELECT pg_get_viewdef(1)', 'QUERY_REFUSED'],
    ["SELECT json_serialize_plan('FROM events')", 'QUERY_REFUSED'],
    ["FROM query_table(['events'])", 'QUERY_REFUSED'],
    ["FROM parquet_metadata('DIR/events/hot/0.parquet')", 'QUERY_REFUSED'],
    ['SHOW DATABASES', 'QUERY_REFUSED'],
    ["SELECT * FROM read_parquet('DIR/events/hot/*.parquet')", 'QUERY_REFUSED'],
    ["SELECT * FROM glob('/etc/*')", 'QUERY_REFUSED'],
    ["FROM system.main.enable_logging(storage_path = 'DIR/logs')", 'QUERY_REFUSED'],
    ["FROM query('SELECT 1')", 'QUERY_REFUSED'],
    ['FROM duckdb_settings()', 'QUERY_REFUSED'],
    ["SELECT getenv('HOME')", 'QUERY_REFUSED'],
    ["ATTACH 'DIR/other.db'", 'QUERY_REFUSED'],
    ["ATTACH ':memory:' AS m", 'QUERY_REFUSED'],
    ["COPY events TO 'DIR/out.csv'", 'QUERY_REFUSED'],
    ["EXPLAIN ANALYZE COPY events TO 'DIR/out.csv'", 'QUERY_REFUSED'],
    ["EXPLAIN (ANALYZE) COPY events TO 'DIR/out.csv'", 'QUERY_FAILED'],
    ['INSTALL httpfs', 'QUERY_REFUSED'],
    ['LOAD httpfs', 'QUERY_REFUSED'],
    ["SELECT * FROM 'https://example.org/x.parquet'", 'QUERY_REFUSED'],
    ['PRAGMA database_list', 'QUERY_REFUSED'],
    ["SET memory_limit = '10GB'", 'QUERY_REFUSED'],
    ["SET allowed_paths = ['/etc/passwd']", 'QUERY_REFUSED'],
    ['CALL pragma_version()', 'QUERY_REFUSED'],
    ['CREATE TABLE t (a INT)', 'QUERY_REFUSED'],
    ['INSERT INTO findings SELECT * FROM findings', 'QUERY_REFUSED'],
    ['DELETE FROM coverage', 'QUERY_REFUSED'],
    ['DROP VIEW events', 'QUERY_REFUSED'],
    ["EXPORT DATABASE 'DIR/x'", 'QUERY_REFUSED'],
    ['BEGIN', 'QUERY_REFUSED'],
    ['SELECT 1; SELECT 2', 'QUERY_REFUSED'],
    ["SELECT 1; COPY events TO 'DIR/out.csv'", 'QUERY_REFUSED'],
    ['', 'QUERY_REFUSED'],
    ['-- nothing', 'QUERY_REFUSED'],
    ['SELEC 1', 'QUERY_FAILED'],
    ['SELECT nothing FROM events', 'QUERY_FAILED'],
    [`SELECT '${'x'.repeat(100_000)}'`, 'QUERY_REFUSED'],
  ];

  for (const [sql, code] of REFUSED) {
    test(`refuses ${JSON.stringify(sql.slice(0, 60))}`, async () => {
      await assert.rejects(rowsOf(sql.replaceAll('DIR', dir)), { name: 'StoreError', code });
      assert.equal(existsSync(join(dir, 'out.csv')), false);
    });
  }

  test('the engine lock holds without the text check', async () => {
    const engine = await DuckDbEngine.open({ threads: 1, tempDir });
    const own = join(dir, 'own.parquet');
    await engine.run(`COPY (SELECT 1 AS a) TO '${own}' (FORMAT parquet)`);
    await lock(engine, [own]);
    assert.deepEqual(await engine.rows(`SELECT a FROM '${own}'`), [[1]]);
    for (const sql of [
      "FROM read_text('/etc/passwd')",
      `FROM '${dir}/secret.csv'`,
      "FROM glob('/etc/*')",
      `COPY (SELECT 1) TO '${dir}/out.csv'`,
      `COPY (SELECT 1) TO '${own}'`,
      `ATTACH '${dir}/other.db'`,
      'INSTALL httpfs',
      'LOAD httpfs',
      "FROM read_text('http://127.0.0.1:1/')",
      'SET enable_external_access = true',
      "SET allowed_directories = ['/']",
      'SET lock_configuration = false',
    ]) {
      await assert.rejects(
        engine.run(sql),
        /disabled (?:by|through) configuration|has been locked/,
        sql,
      );
    }
    engine.close();
  });

  test('a refusal passes through from the query process', async () => {
    const message = /it is a|it is not a SELECT/;
    await assert.rejects(query(dir, 'BEGIN'), {
      name: 'StoreError',
      code: 'QUERY_REFUSED',
      message,
    });
  });

  test('ends a query that runs too long', async () => {
    const slow = 'SELECT count(*) FROM range(1000000000000) AS a';
    await assert.rejects(query(dir, slow, { timeoutMs: 300 }), { code: 'QUERY_LIMIT' });
  });

  test('ends a query that takes too much memory, and nothing else', async () => {
    await assert.rejects(query(dir, 'SELECT len(range(2000000000))'), { code: 'QUERY_LIMIT' });
  });

  test('ends a query whose caller stops reading', async () => {
    const { rows } = await query(dir, 'SELECT * FROM range(100000000)');
    for await (const batch of rows) {
      assert.ok(batch.length > 0);
      break;
    }
  });

  test('writes Parquet that holds the same rows', async () => {
    const path = join(dir, 'made', 'out.parquet');
    const sql = 'SELECT "index", entries, time, operation FROM events ORDER BY 1';
    assert.deepEqual(await queryToParquet(dir, sql, path), {
      rows: 3,
      tables: [{ name: 'events', isEmpty: false }],
    });
    assert.ok(existsSync(path));
    await assert.rejects(queryToParquet(dir, 'SELEC', path), { code: 'QUERY_FAILED' });
  });
});
