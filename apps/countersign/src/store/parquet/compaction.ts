import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { assert } from '@countersign/core';
import { type DuckDbEngine, identifier, literal } from '../duckdb/duckdb-engine.ts';
import { bookFailure } from '../errors.ts';
import {
  COMPACT_ROWS_MAX,
  HOT_FILES_MAX,
  MERGE_FILES_MIN,
  PARTITION_REST_MIN,
  PARTITION_ROWS_MIN,
  SUPERSEDED_MAX,
  SUPERSEDED_REST_MAX,
  SUPERSEDED_SHARE,
} from '../limits.ts';
import type { ListedFile, StateDatabase } from '../sqlite/state-database.ts';
import { dayPath, mergedPath, STORE_STAGE, TEMP_FOLDER } from '../store-layout.ts';
import { COLUMNS, UTC_TIME } from './event-columns.ts';
import { copyTo, FILE_ORDER, readParquet, syncFile } from './parquet-sql.ts';

export type CompactionContext = {
  readonly dir: string;
  readonly state: StateDatabase;
  readonly engine: DuckDbEngine;
};

/** When compaction rewrites files. The defaults are in `limits.ts`. */
export type CompactionLimits = {
  /** Below this number, hot rows are not partitioned by class and day. */
  readonly partitionRowsMin?: number;
  /** The same for rows left after the first partitioning. */
  readonly partitionRestMin?: number;
  /** Hot files before the small ones are merged. */
  readonly hotFilesMax?: number;
  /** Superseded rows before they are removed from the files that have many. */
  readonly supersededMax?: number;
  /** Superseded rows that may stay in the other files. Beyond it, half of that may stay. */
  readonly supersededRestMax?: number;
  /** Rows that one step sorts. */
  readonly stepRowsMax?: number;
  /** Rows of a day's event file from which it gets summaries. */
  readonly summaryRowsMin?: number;
};

export type CompactionReport = { readonly filesBefore: number; readonly filesAfter: number };

/**
 * Compacts the event files.
 *
 * Many hot files are merged. Many hot rows become files by class and day. Several files of one day
 * are merged. Superseded rows are removed from files that have many, and whenever a file is
 * rewritten.
 *
 * Each step writes new files, lists them in one transaction, then deletes the old ones. A crash
 * leaves either set listed and the other as leftovers.
 */
export async function compact(
  store: CompactionContext,
  limits: CompactionLimits = {},
): Promise<CompactionReport> {
  const {
    partitionRowsMin = PARTITION_ROWS_MIN,
    partitionRestMin = PARTITION_REST_MIN,
    hotFilesMax = HOT_FILES_MAX,
    supersededMax = SUPERSEDED_MAX,
    supersededRestMax = Math.max(supersededMax, SUPERSEDED_REST_MAX),
    stepRowsMax = COMPACT_ROWS_MAX,
  } = limits;
  const filesBefore = store.state.files().length;
  const hasMany = store.state.superseded().length > supersededMax;
  const worn = hasMany ? await wornFiles(store, supersededRestMax) : NONE;
  const isWorn = ({ path }: ListedFile): boolean => worn.has(path);
  let rowsMin = partitionRowsMin;
  for (let hot = hotFiles(store); hot.length > 0; hot = hotFiles(store)) {
    const rows = hot.reduce((sum, file) => sum + file.rows, 0);
    if (rows < rowsMin) {
      if (hot.some(isWorn)) await mergeHot(store, hot.filter(isWorn));
      const left = hotFiles(store);
      if (left.length > hotFilesMax) await mergeHot(store, smallOnes(left));
      break;
    }
    await partitionHot(store, firstRows(hot, stepRowsMax));
    // The rest arrived with them. Each of its files spans all days, so every query would open it.
    rowsMin = Math.min(rowsMin, partitionRestMin);
  }
  for (const day of days(store)) {
    const small = smallOnes(day);
    const files = small.length >= MERGE_FILES_MIN ? small : day.filter(isWorn);
    if (files.length > 0) await mergeDay(store, files);
  }
  await forgetRowless(store);
  return { filesBefore, filesAfter: store.state.files().length };
}

/**
 * Drops superseded indices without a row: their action was merged before it was posted. Beyond the
 * cursor a row may still come.
 */
async function forgetRowless(store: CompactionContext): Promise<void> {
  const found = new Set(await supersededIn(store, store.state.files()));
  const cursor = store.state.cursor(STORE_STAGE);
  const rowless = store.state.superseded().filter((i) => i < cursor && !found.has(i));
  if (rowless.length === 0) return;
  store.state.transaction(() => {
    for (const index of rowless) store.state.forgetSuperseded(index);
  });
}

export async function copied({ engine, dir }: CompactionContext, copy: string): Promise<void> {
  try {
    await engine.withMoreMemory(() => engine.run(copy));
  } catch (cause) {
    throw bookFailure(join(dir, TEMP_FOLDER), cause);
  }
}

async function mergeHot(store: CompactionContext, hot: readonly ListedFile[]): Promise<void> {
  const path = mergedPath(store.state.transaction(() => store.state.nextFileNumber()));
  const temp = join(store.dir, TEMP_FOLDER, 'merged.parquet');
  await useSuperseded(store, () =>
    copied(store, copyTo(`${liveRows(store, hot)} ORDER BY ${FILE_ORDER}`, temp)),
  );
  await replace(store, hot, [await settle(store, temp, path, { kind: 'hot' })]);
}

/**
 * Partitions hot rows by class and day.
 *
 * First it sorts all rows into one file, spilling if needed; then it copies each partition, which
 * is contiguous there. COPY with PARTITION_BY keeps a buffer per column and partition: 216
 * partitions took more than 256 MiB for 3,000 rows.
 */
async function partitionHot(store: CompactionContext, hot: readonly ListedFile[]): Promise<void> {
  const sorted = join(store.dir, TEMP_FOLDER, 'sorted.parquet');
  const order = `class_uid, date_trunc('day', ${UTC_TIME}), ${FILE_ORDER}`;
  await useSuperseded(store, () =>
    copied(store, copyTo(`${liveRows(store, hot)} ORDER BY ${order}`, sorted)),
  );
  const made: ListedFile[] = [];
  for (const { classUid, day } of await partitionsOf(store, sorted)) {
    const temp = join(store.dir, TEMP_FOLDER, 'day.parquet');
    const rows = `SELECT ${ALL} FROM ${readParquet([sorted])}
      WHERE class_uid = ${classUid} AND time >= TIMESTAMP ${literal(day)}
        AND time < TIMESTAMP ${literal(day)} + INTERVAL 1 DAY`;
    await copied(store, copyTo(rows, temp));
    const number = store.state.transaction(() => store.state.nextFileNumber());
    const path = dayPath(classUid, day, number);
    made.push(await settle(store, temp, path, { kind: 'day', classUid, day }));
  }
  const [[expected] = []] = await store.engine.rows(
    `SELECT count(*) FROM ${readParquet([sorted])}`,
  );
  const found = made.reduce((sum, { rows }) => sum + rows, 0);
  assert(found === Number(expected), 'every row stands in one partition');
  await replace(store, hot, made);
  await rm(sorted, { force: true });
}

async function partitionsOf(
  store: CompactionContext,
  sorted: string,
): Promise<{ readonly classUid: number; readonly day: string }[]> {
  const rows = await store.engine.rows(
    `SELECT DISTINCT class_uid, strftime(${UTC_TIME}, '%Y-%m-%d') AS day
      FROM ${readParquet([sorted])} ORDER BY ALL`,
  );
  return rows.map(([classUid, day]) => ({ classUid: Number(classUid), day: String(day) }));
}

async function mergeDay(store: CompactionContext, files: readonly ListedFile[]): Promise<void> {
  const [{ classUid, day }] = files as [ListedFile];
  assert(classUid !== null && day !== null, 'a merge of days is within one class and day');
  const path = dayPath(
    classUid,
    day,
    store.state.transaction(() => store.state.nextFileNumber()),
  );
  const temp = join(store.dir, TEMP_FOLDER, 'day.parquet');
  await useSuperseded(store, () =>
    copied(store, copyTo(`${liveRows(store, files)} ORDER BY ${FILE_ORDER}`, temp)),
  );
  await replace(store, files, [await settle(store, temp, path, { kind: 'day', classUid, day })]);
}

function hotFiles(store: CompactionContext): ListedFile[] {
  return store.state.files().filter((file) => file.kind === 'hot');
}

function days(store: CompactionContext): ListedFile[][] {
  const byDay = Map.groupBy(
    store.state.files().filter((file) => file.kind === 'day'),
    (file) => `${file.classUid}/${file.day}`,
  );
  return [...byDay.values()];
}

const NONE: ReadonlySet<string> = new Set();

/**
 * Paths of files that have enough superseded rows to be rewritten. If more than `restMax` rows
 * would stay, more files follow until half of that remains; large files with few such rows come
 * last.
 */
async function wornFiles(store: CompactionContext, restMax: number): Promise<ReadonlySet<string>> {
  const counts = await supersededCounts(store);
  const shareOf = ({ file, count }: (typeof counts)[number]): number => count / file.rows;
  const dense = counts.filter((each) => shareOf(each) >= SUPERSEDED_SHARE);
  const worn = new Set(dense.map(({ file }) => file.path));
  const others = counts.filter(({ file }) => !worn.has(file.path));
  let rest = others.reduce((sum, { count }) => sum + count, 0);
  if (rest <= restMax) return worn;
  for (const { file, count } of others.sort((a, b) => shareOf(b) - shareOf(a))) {
    if (rest <= restMax / 2) break;
    worn.add(file.path);
    rest -= count;
  }
  return worn;
}

async function supersededCounts(
  store: CompactionContext,
): Promise<{ readonly file: ListedFile; readonly count: number }[]> {
  const all = store.state.superseded();
  const files = store.state.files().filter((file) => all.some((i) => holdsIndex(file, i)));
  if (files.length === 0) return [];
  return useSuperseded(store, async () => {
    const found = await store.engine.rows(
      `SELECT filename, count(*) FROM ${source(store, files, 'with names')}
        SEMI JOIN superseded USING ("index") GROUP BY filename`,
    );
    return found.flatMap(([name, count]) => {
      const file = files.find(({ path }) => join(store.dir, path) === name);
      return file === undefined ? [] : [{ file, count: Number(count) }];
    });
  });
}

function holdsIndex({ fromIndex, toIndex }: ListedFile, index: number): boolean {
  return fromIndex <= index && index < toIndex;
}

/**
 * The smallest files of similar size. So a row is rewritten a number of times that grows with the
 * logarithm of all rows.
 */
function smallOnes(files: readonly ListedFile[]): readonly ListedFile[] {
  const sorted = files.toSorted((a, b) => a.rows - b.rows);
  let sum = 0;
  let last = 0;
  for (const [i, file] of sorted.entries()) {
    if (i > 0 && file.rows > sum * 2) break;
    sum += file.rows;
    last = i;
  }
  return sorted.slice(0, last + 1);
}

async function supersededIn(
  store: CompactionContext,
  files: readonly ListedFile[],
): Promise<number[]> {
  const all = store.state.superseded();
  const some = all.filter((i) => files.some((file) => holdsIndex(file, i)));
  if (some.length === 0) return [];
  return useSuperseded(store, async () => {
    const found = await store.engine.rows(
      `SELECT "index" FROM ${source(store, files)} SEMI JOIN superseded USING ("index")`,
    );
    return found.map(([index]) => Number(index));
  });
}

export function liveRows(store: CompactionContext, files: readonly ListedFile[]): string {
  return `SELECT ${ALL} FROM ${source(store, files)} ANTI JOIN superseded USING ("index")`;
}

const ALL = COLUMNS.map(({ name }) => identifier(name)).join(', ');

/** `with names`: adds a column `filename` with the file's path. */
export function source(
  store: CompactionContext,
  files: readonly ListedFile[],
  names?: 'with names',
): string {
  const paths = files.map((file) => join(store.dir, file.path));
  return readParquet(paths, names);
}

/** Runs `work` with the table `superseded` in the engine. */
export async function useSuperseded<T>(
  store: CompactionContext,
  work: () => Promise<T>,
): Promise<T> {
  await loadIndices(store.engine, 'superseded', store.state.superseded());
  try {
    return await work();
  } finally {
    await store.engine.run('DROP TABLE superseded');
  }
}

/** Creates a table of indices in the engine. */
export async function loadIndices(
  engine: DuckDbEngine,
  table: string,
  indices: readonly number[],
  schema: string = 'main',
): Promise<void> {
  await engine.use(async (connection) => {
    const name = `${identifier(schema)}.${identifier(table)}`;
    await connection.run(`CREATE SCHEMA IF NOT EXISTS ${identifier(schema)}`);
    await connection.run(`CREATE OR REPLACE TABLE ${name} ("index" BIGINT)`);
    if (indices.length === 0) return;
    const appender = await connection.createAppender(table, schema);
    for (const index of indices) {
      appender.appendBigInt(BigInt(index));
      appender.endRow();
    }
    appender.closeSync();
  });
}

/** Renames a finished file to its final name. Durable when this resolves, but not listed yet. */
export async function settle(
  store: CompactionContext,
  temp: string,
  path: string,
  place: { kind: 'hot' } | { kind: 'day'; classUid: number; day: string },
): Promise<ListedFile> {
  const [row] = await store.engine.rows(
    `SELECT count(*), min("index"), max("index"), epoch_ms(min(time)), epoch_ms(max(time))
      FROM read_parquet(${literal(temp)})`,
  );
  const [rows = 0, first = 0, last = 0, minTimeMs = 0, maxTimeMs = 0] = (row ?? []).map(Number);
  await syncFile(temp);
  const { size } = await stat(temp);
  const final = join(store.dir, path);
  await mkdir(dirname(final), { recursive: true });
  await rename(temp, final);
  const { classUid, day } = place.kind === 'day' ? place : { classUid: null, day: null };
  const range = { fromIndex: first, toIndex: last + 1, minTimeMs, maxTimeMs };
  return { path, kind: place.kind, classUid, day, rows, bytes: size, ...range };
}

/**
 * Lists the new files instead of the old ones; `besides` runs in the same transaction. Readers with
 * an old file open read again.
 */
export async function replace(
  store: CompactionContext,
  old: readonly ListedFile[],
  made: readonly ListedFile[],
  besides: () => void = () => {},
): Promise<void> {
  const gone = await supersededIn(store, old);
  const summaries = store.state.transaction(() => {
    besides();
    const ended = old.flatMap(({ path }) => store.state.summaries.of(path));
    for (const file of old) store.state.unlistFile(file.path);
    for (const file of made) if (file.rows > 0) store.state.listFile(file);
    for (const index of gone) store.state.forgetSuperseded(index);
    return ended;
  });
  for (const file of made) if (file.rows === 0) await rm(join(store.dir, file.path));
  for (const { path } of [...old, ...summaries]) {
    await rm(join(store.dir, path), { force: true });
  }
}

function firstRows(files: readonly ListedFile[], rowsMax: number): ListedFile[] {
  let sum = 0;
  return files.filter((file, i) => {
    sum += file.rows;
    return i === 0 || sum <= rowsMax;
  });
}
