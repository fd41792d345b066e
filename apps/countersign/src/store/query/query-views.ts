import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TENANT_NOT_STATED } from '@countersign/core';
import { LedgerReader, parseLeaf } from '@countersign/ledger/reader';
import { BIGINT, LIST, VARCHAR } from '@duckdb/node-api';
import { type DuckDbEngine, identifier, literal } from '../duckdb/duckdb-engine.ts';
import { Tenants } from '../identity/principal.ts';
import { COLUMNS } from '../parquet/event-columns.ts';
import type { Scope, Snapshot } from '../reading/current-rows.ts';
import { ANY, type CoverageRow } from '../rows/entry-rows.ts';
import type { DecisionRow } from '../sqlite/decision-table.ts';
import type { StoredFinding } from '../sqlite/finding-table.ts';

/** The SQL tables other than `events`, whose columns are those of a Parquet file. */
const TABLES = {
  entries: {
    index: 'BIGINT',
    kind: 'VARCHAR',
    tenant: 'VARCHAR',
    source: 'VARCHAR',
    id: 'VARCHAR',
    at: 'TIMESTAMPTZ',
    seen: 'TIMESTAMPTZ',
    size: 'BIGINT',
    commitment: 'VARCHAR',
    erased: 'BOOLEAN',
  },
  findings: {
    index: 'BIGINT',
    time: 'TIMESTAMPTZ',
    tenant: 'VARCHAR',
    uid: 'VARCHAR',
    title: 'VARCHAR',
    rule: 'VARCHAR',
    severity_id: 'INTEGER',
    status_id: 'INTEGER',
    techniques: 'VARCHAR[]',
    entries: 'BIGINT[]',
  },
  decisions: {
    index: 'BIGINT',
    time: 'TIMESTAMPTZ',
    tenant: 'VARCHAR',
    enforcement_point: 'VARCHAR',
    principal: 'VARCHAR',
    decision: 'VARCHAR',
    policies: 'VARCHAR[]',
    obligations: 'VARCHAR[]',
    session_uid: 'VARCHAR',
  },
  coverage: {
    index: 'BIGINT',
    tenant: 'VARCHAR',
    source: 'VARCHAR',
    workload: 'VARCHAR',
    subject: 'VARCHAR',
    from: 'TIMESTAMPTZ',
    to: 'TIMESTAMPTZ',
    state: 'VARCHAR',
    bound: 'DOUBLE',
    because: 'VARCHAR',
  },
} as const;

export type QuerySources = {
  readonly dir: string;
  readonly snapshot: Snapshot;
  readonly tenants: readonly string[];
  readonly coverage: readonly CoverageRow[];
  /** The current findings. */
  readonly findings: readonly StoredFinding[];
  readonly decisions: readonly DecisionRow[];
  /** Only rows of this tenant. */
  readonly tenant: string | null;
  /** Only events of this period. */
  readonly period: Scope;
};

/**
 * Creates the tables that the query names (`named`).
 *
 * Returns which of `findings` and `decisions` are empty for the caller, so that a count of zero is
 * not mistaken for a result.
 */
export async function makeViews(
  engine: DuckDbEngine,
  sources: QuerySources,
  named: ReadonlySet<string>,
): Promise<ReadonlySet<string>> {
  for (const [table, columns] of Object.entries(TABLES)) {
    const list = Object.entries(columns).map(([name, type]) => `${identifier(name)} ${type}`);
    await engine.run(`CREATE TABLE ${identifier(table)} (${list.join(', ')})`);
  }
  await engine.run(`CREATE VIEW events AS ${eventsSql(sources)}`);
  if (named.has('coverage')) await fillCoverage(engine, coverageOf(sources));
  const [findings, decisions] = [findingsOf(sources), decisionsOf(sources)];
  if (named.has('findings')) await fillFindings(engine, findings);
  if (named.has('decisions')) await fillDecisions(engine, decisions);
  if (named.has('entries')) await fillEntries(engine, sources);
  const counts = { findings: findings.length, decisions: decisions.length };
  return new Set(Object.entries(counts).flatMap(([name, count]) => (count === 0 ? [name] : [])));
}

/** Attributes rows without a tenant as every other question does. */
function eventsSql(sources: QuerySources): string {
  const { snapshot, tenants, tenant, period } = sources;
  const home = homeOf(sources);
  const isMixed = home !== TENANT_NOT_STATED && tenants.includes(TENANT_NOT_STATED);
  const stated = `if(tenant = ${literal(TENANT_NOT_STATED)}, ${literal(home)}, tenant) AS tenant`;
  const columns = COLUMNS.map(({ name }) =>
    isMixed && name === 'tenant' ? stated : identifier(name),
  );
  const type = 'class_uid * 100 + activity_id AS type_uid';
  const from = `${snapshot.source(period)} ${periodSql(period)}`;
  const all = `SELECT ${[...columns, type].join(', ')} FROM ${from}`;
  return tenant === null ? all : `SELECT * FROM (${all}) WHERE tenant = ${literal(tenant)}`;
}

function periodSql({ fromMs, toMs }: Scope): string {
  const time = (ms: number): string => `epoch_ms(${Math.trunc(ms)})`;
  const parts = [
    ...(fromMs === undefined ? [] : [`"time" >= ${time(fromMs)}`]),
    ...(toMs === undefined ? [] : [`"time" < ${time(toMs)}`]),
  ];
  return parts.length === 0 ? '' : `WHERE ${parts.join(' AND ')}`;
}

/** The tenant of rows that state none. */
function homeOf({ tenants }: QuerySources): string {
  return new Tenants(tenants).home(TENANT_NOT_STATED);
}

function coverageOf({ coverage, tenant }: QuerySources): readonly CoverageRow[] {
  if (tenant === null) return coverage;
  return coverage.filter((fact) => fact.tenant === ANY || fact.tenant === tenant);
}

async function fillCoverage(engine: DuckDbEngine, facts: readonly CoverageRow[]): Promise<void> {
  await engine.use(async (connection) => {
    const appender = await connection.createAppender('coverage');
    const text = (value: string | null): void =>
      value === null ? appender.appendNull() : appender.appendVarchar(value);
    const time = (ms: number | null): void => text(ms === null ? null : new Date(ms).toISOString());
    for (const fact of facts) {
      appender.appendBigInt(BigInt(fact.index));
      for (const v of [fact.tenant, fact.source, fact.workload, fact.subject]) text(v);
      time(fact.fromMs);
      time(fact.toMs);
      text(fact.state);
      if (fact.bound === null) appender.appendNull();
      else appender.appendDouble(fact.bound);
      text(fact.because);
      appender.endRow();
    }
    appender.closeSync();
  });
}

function findingsOf({ findings, tenant }: QuerySources): readonly StoredFinding[] {
  return tenant === null ? findings : findings.filter(({ draft }) => draft.tenant === tenant);
}

async function fillFindings(
  engine: DuckDbEngine,
  findings: readonly StoredFinding[],
): Promise<void> {
  await engine.use(async (connection) => {
    const appender = await connection.createAppender('findings');
    for (const { index, uid, draft, mark } of findings) {
      appender.appendBigInt(BigInt(index));
      appender.appendVarchar(new Date(draft.lastMs).toISOString());
      for (const text of [draft.tenant, uid, draft.title, draft.rule]) appender.appendVarchar(text);
      appender.appendInteger(draft.severity);
      appender.appendInteger(mark?.status ?? 1);
      appender.appendList([...draft.techniques], LIST(VARCHAR));
      appender.appendList(draft.entries.map(BigInt), LIST(BIGINT));
      appender.endRow();
    }
    appender.closeSync();
  });
}

function decisionsOf({ decisions, tenant }: QuerySources): readonly DecisionRow[] {
  return tenant === null ? decisions : decisions.filter((d) => d.tenant === tenant);
}

async function fillDecisions(
  engine: DuckDbEngine,
  decisions: readonly DecisionRow[],
): Promise<void> {
  await engine.use(async (connection) => {
    const appender = await connection.createAppender('decisions');
    for (const d of decisions) {
      appender.appendBigInt(BigInt(d.index));
      appender.appendVarchar(new Date(d.atMs).toISOString());
      for (const text of [d.tenant, d.enforcementPoint, d.principal, d.effect])
        appender.appendVarchar(text);
      appender.appendList([...d.policies], LIST(VARCHAR));
      appender.appendList([...d.obligations], LIST(VARCHAR));
      if (d.session === null) appender.appendNull();
      else appender.appendVarchar(d.session);
      appender.endRow();
    }
    appender.closeSync();
  });
}

/**
 * Reads every leaf of the ledger, which takes seconds per million. So only for queries that need
 * it.
 */
async function fillEntries(engine: DuckDbEngine, sources: QuerySources): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-'));
  const path = join(folder, 'entries.tsv');
  try {
    await writeEntries(sources, path);
    const columns = Object.entries(TABLES.entries).map(([name, type]) => `'${name}': '${type}'`);
    await engine.run(
      `INSERT INTO entries SELECT * FROM read_csv(${literal(path)},
        columns = {${columns.join(', ')}}, auto_detect = false, header = false, delim = '\t',
        quote = '', escape = '', comment = '', new_line = '\\n')`,
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function writeEntries(sources: QuerySources, path: string): Promise<void> {
  const { tenant: asked } = sources;
  const home = homeOf(sources);
  const reader = await LedgerReader.open(sources.dir);
  const file = await open(path, 'wx', 0o600);
  try {
    for await (const batch of reader.scan()) {
      let lines = '';
      for (let i = 0; i < batch.count; i++) {
        const { kind, tenant, source, id, at, seen, size, commitment } = parseLeaf(batch.leaf(i));
        const stated = tenant === TENANT_NOT_STATED ? home : tenant;
        if (asked !== null && asked !== stated) continue;
        const erased = batch.body(i).kind === 'erased' ? '1' : '0';
        // A leaf holds only visible ASCII, so fields need no quotes.
        const head = [batch.firstIndex + i, kind, tenant, source, id];
        lines += `${[...head, micros(at), micros(seen), size, commitment, erased].join('\t')}\n`;
      }
      await file.write(lines);
    }
  } finally {
    await file.close();
    reader.close();
  }
}

/** DuckDB's finest unit is 1 µs. */
function micros(instant: string): string {
  return instant.replace(/(\.\d{6})\d*Z$/, '$1Z');
}
