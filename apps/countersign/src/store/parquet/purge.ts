import { join } from 'node:path';
import { OWN_TENANT } from '@countersign/core';
import { identifier, literal } from '../duckdb/duckdb-engine.ts';
import type { Alias, AliasKind } from '../rows/alias-table.ts';
import type { ActorKind } from '../rows/event-row.ts';
import { erasedRow } from '../rows/event-row.ts';
import type { ListedFile, PendingMerge } from '../sqlite/state-database.ts';
import { CHECKS_STAGE, dayPath, mergedPath, TEMP_FOLDER } from '../store-layout.ts';
import { type CompactionContext, loadIndices, replace, settle, source } from './compaction.ts';
import { COLUMNS } from './event-columns.ts';
import { copyTo, FILE_ORDER, readParquet } from './parquet-sql.ts';

export type PurgeReport = {
  /** Rows that now have only the data of the leaf. */
  readonly erased: number;
  /** Actions with other deliveries. The caller merges them again from these entries. */
  readonly toMerge: readonly PendingMerge[];
};

/**
 * Rewrites each file with a row of these entries, and forgets what was learned from them.
 *
 * A crash before the transaction leaves the old files; after it, leftovers that the next start
 * removes. The caller repeats the purge until it resolves.
 */
export async function purge(
  store: CompactionContext,
  indices: readonly number[],
): Promise<PurgeReport> {
  await loadIndices(store.engine, 'erased', indices);
  await loadIndices(store.engine, 'superseded', store.state.superseded());
  try {
    const files = await findRows(store);
    const names = await namesIn(store, files);
    const report = await reportHits(store);
    const made: ListedFile[] = [];
    for (const file of files) made.push(await rewritten(store, file));
    if (report.erased > 0) made.push(await stubs(store, files));
    const relearn = await relearning(store, names, files, made);
    const hit = await hitIndices(store);
    await replace(store, files, made, () => {
      relearn();
      for (const index of indices) store.state.forgetFactsOf(index);
      // Checks name people. A later run recomputes them from the remaining rows.
      store.state.checks.clear();
      store.state.setCursor(CHECKS_STAGE, 0);
      // The remaining row of a merged action belongs to another entry, and so do its signals.
      for (const index of hit) store.state.signals.forget(index);
      store.state.signals.forgetEmptyGroups();
      store.state.setUnmerged(report.toMerge);
    });
    store.state.scrub();
    return report;
  } finally {
    for (const table of ['erased', 'superseded', 'hit', 'unmerged']) {
      await store.engine.run(`DROP TABLE IF EXISTS ${table}`);
    }
  }
}

const ERASED_ROWS = `"index" IN (SELECT "index" FROM hit)`;
const SUPERSEDED = `"index" IN (FROM superseded)`;

/** Fills `hit` with rows that have a delivery to erase; returns the files that hold them. */
async function findRows(store: CompactionContext): Promise<ListedFile[]> {
  const files = store.state.files();
  const none = `SELECT 0::BIGINT AS "index", []::BIGINT[] AS remaining WHERE false`;
  const hits = `SELECT r."index", coalesce(list(r.entry ORDER BY r.entry)
        FILTER (WHERE d."index" IS NULL), []) AS remaining
      FROM (SELECT "index", unnest(entries) AS entry FROM ${source(store, files)}) AS r
      LEFT JOIN erased AS d ON r.entry = d."index"
      GROUP BY r."index" HAVING count(d."index") > 0`;
  await store.engine.run(`CREATE OR REPLACE TABLE hit AS ${files.length === 0 ? none : hits}`);
  const found: ListedFile[] = [];
  for (const file of files) {
    const [row] = await store.engine.rows(
      `SELECT count(*) FROM ${source(store, [file])} WHERE ${ERASED_ROWS}`,
    );
    if (Number(row?.[0]) > 0) found.push(file);
  }
  return found;
}

async function hitIndices(store: CompactionContext): Promise<number[]> {
  const rows = await store.engine.rows('SELECT "index" FROM hit');
  return rows.map(([index]) => Number(index));
}

async function reportHits(store: CompactionContext): Promise<PurgeReport> {
  const rows = await store.engine.rows(
    `SELECT "index", CAST(to_json(remaining) AS VARCHAR) FROM hit
      WHERE NOT ${SUPERSEDED} ORDER BY "index"`,
  );
  const live = rows.map(([index, entries]) => ({
    index: Number(index),
    entries: JSON.parse(String(entries)) as number[],
  }));
  const torn = live.filter((row) => row.entries.length > 0);
  const toMerge = [...(await stillUnmerged(store)), ...torn].sort((a, b) => a.index - b.index);
  return { erased: live.length - torn.length, toMerge };
}

/** Rows that an earlier erasure removed before a crash, so that they were not posted again. */
async function stillUnmerged(store: CompactionContext): Promise<PendingMerge[]> {
  const unmerged = store.state.unmerged();
  const files = store.state.files();
  if (unmerged.length === 0 || files.length === 0) return unmerged;
  await loadIndices(
    store.engine,
    'unmerged',
    unmerged.map(({ index }) => index),
  );
  const rows = await store.engine.rows(
    `SELECT "index" FROM ${source(store, files)} SEMI JOIN unmerged USING ("index")`,
  );
  const posted = new Set(rows.map(([index]) => Number(index)));
  return unmerged.filter(({ index }) => !posted.has(index));
}

async function rewritten(store: CompactionContext, file: ListedFile): Promise<ListedFile> {
  const number = store.state.transaction(() => store.state.nextFileNumber());
  const temp = join(store.dir, TEMP_FOLDER, 'kept.parquet');
  const order = file.kind === 'day' ? FILE_ORDER : '"index"';
  await store.engine.run(
    copyTo(
      `SELECT ${ALL} FROM ${source(store, [file])}
        WHERE NOT ${ERASED_ROWS} AND NOT ${SUPERSEDED} ORDER BY ${order}`,
      temp,
    ),
  );
  const { classUid, day } = file;
  return classUid === null || day === null
    ? settle(store, temp, mergedPath(number), { kind: 'hot' })
    : settle(store, temp, dayPath(classUid, day, number), { kind: 'day', classUid, day });
}

/** Rows that keep only the data of the leaf. */
async function stubs(store: CompactionContext, files: readonly ListedFile[]): Promise<ListedFile> {
  const temp = join(store.dir, TEMP_FOLDER, 'erased.parquet');
  const number = store.state.transaction(() => store.state.nextFileNumber());
  await store.engine.run(
    copyTo(
      `SELECT ${STUB} FROM ${source(store, files)}
        WHERE "index" IN (SELECT "index" FROM hit WHERE len(remaining) = 0)
          AND NOT ${SUPERSEDED} ORDER BY "index"`,
      temp,
    ),
  );
  return settle(store, temp, mergedPath(number), { kind: 'hot' });
}

const ALL = COLUMNS.map(({ name }) => identifier(name)).join(', ');

const BARE = erasedRow({
  index: 0,
  entries: [],
  tenant: OWN_TENANT,
  action: '',
  source: '',
  seenMs: 0,
  timeMs: 0,
});

const IN_LEAF = new Set(['index', 'entries', 'tenant', 'source', 'action', 'seen', 'time']);

const STUB = COLUMNS.map((column) => {
  const name = identifier(column.name);
  if (IN_LEAF.has(column.name)) return name;
  const value = column.read(BARE);
  const text = value === null ? 'NULL' : typeof value === 'string' ? literal(value) : String(value);
  return `CAST(${text} AS ${column.type}) AS ${name}`;
}).join(', ');

type Names = { uids: string[]; names: string[]; puids: string[]; sids: string[] };

/** Every actor named in a row to erase, superseded rows included. */
async function namesIn(store: CompactionContext, files: readonly ListedFile[]): Promise<Names> {
  if (files.length === 0) return { uids: [], names: [], puids: [], sids: [] };
  const distinct = async (column: string): Promise<string[]> => {
    const rows = await store.engine.rows(
      `SELECT DISTINCT ${column} FROM ${source(store, files)}
        WHERE ${ERASED_ROWS} AND ${column} IS NOT NULL`,
    );
    return rows.map(([value]) => String(value));
  };
  return {
    uids: await distinct('actor_uid'),
    names: await distinct('actor_name'),
    puids: await distinct('actor_puid'),
    sids: await distinct('actor_sid'),
  };
}

/** Forgets everything learned under these names, and learns it again from the remaining rows. */
async function relearning(
  store: CompactionContext,
  names: Names,
  old: readonly ListedFile[],
  made: readonly ListedFile[],
): Promise<() => void> {
  const { state } = store;
  const keys = new Set<string>();
  const named = (kind: AliasKind, values: readonly string[]): void => {
    for (const value of values) for (const a of state.aliasesNamed(kind, value)) keys.add(a.key);
  };
  named('uid', names.uids);
  named('name', names.names);
  named('puid', names.puids);
  named('sid', names.sids);
  const gone = new Set(old.map((file) => file.path));
  const left = state.files().filter((file) => !gone.has(file.path));
  const learned = await aliasesIn(store, [...left, ...made], [...keys]);
  return () => {
    for (const key of keys) state.forgetAliasesOf(key);
    for (const alias of learned) state.learnAlias(alias);
  };
}

async function aliasesIn(
  store: CompactionContext,
  files: readonly ListedFile[],
  keys: readonly string[],
): Promise<Alias[]> {
  if (files.length === 0 || keys.length === 0) return [];
  const rows = await store.engine.rows(
    `SELECT tenant, actor, actor_uid, actor_name, actor_puid, actor_sid,
        epoch_ms(min(time)), epoch_ms(max(time)), min(${ACTOR_KIND_SQL})
      FROM ${readParquet(files.map((file) => join(store.dir, file.path)))}
      WHERE actor IN (${keys.map(literal).join(', ')}) GROUP BY ALL`,
  );
  return rows.flatMap(([tenant, key, uid, name, puid, sid, firstMs, lastMs, actor]) => {
    const values: [AliasKind, unknown][] = [
      ['uid', uid],
      ['name', name],
      ['puid', puid],
      ['sid', sid],
    ];
    return values
      .filter(([, value]) => value !== null)
      .map(([kind, value]) => ({
        tenant: String(tenant),
        kind,
        value: String(value),
        key: String(key),
        firstMs: Number(firstMs),
        lastMs: Number(lastMs),
        actor: actor as ActorKind,
      }));
  });
}

/** SQL of `actorKind`. */
const ACTOR_KIND_SQL = `CASE actor_type WHEN 3 THEN 'system' WHEN 4 THEN 'service' ELSE 'user' END`;
