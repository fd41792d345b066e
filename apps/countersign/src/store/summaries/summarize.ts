import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { TENANT_NOT_STATED } from '@countersign/core';
import { SUMMARY_ROWS_MIN } from '../limits.ts';
import { type CompactionContext, copied, liveRows, useSuperseded } from '../parquet/compaction.ts';
import { copyTo, readParquet, syncFile } from '../parquet/parquet-sql.ts';
import type { ListedFile } from '../sqlite/state-database.ts';
import { summaryPath, TEMP_FOLDER } from '../store-layout.ts';
import type { SummaryFile, SummaryTable } from './summary-table.ts';

/** Stores the missing summaries of each event file of a day that has this number of rows. */
export async function summarize(
  store: CompactionContext,
  tables: readonly SummaryTable[],
  rowsMin: number = SUMMARY_ROWS_MIN,
): Promise<void> {
  const [[version] = []] = await store.engine.rows('SELECT version()');
  const engine = String(version);
  const keys = store.state.summaries.valid(engine).map(({ of, name }) => keyOf(of, name));
  const valid = new Set(keys);
  const missing = store.state
    .files()
    .filter(({ kind, rows }) => kind === 'day' && rows >= rowsMin)
    .flatMap((file) => tables.map((table) => ({ file, table })))
    .filter(({ file, table }) => !valid.has(keyOf(file.path, table.name)));
  if (missing.length === 0) return;
  // Read before the superseded rows: a row that is superseded from here on makes a summary invalid.
  const { generation } = store.state;
  await useSuperseded(store, async () => {
    for (const { file, table } of missing) {
      await list(store, await summaryOf(store, file, table), { generation, engine });
    }
  });
}

function keyOf(eventPath: string, name: string): string {
  return `${name} ${eventPath}`;
}

type WrittenSummary = Omit<SummaryFile, 'generation' | 'engine'>;

async function summaryOf(
  store: CompactionContext,
  file: ListedFile,
  { name, sql, order }: SummaryTable,
): Promise<WrittenSummary> {
  const temp = join(store.dir, TEMP_FOLDER, 'summary.parquet');
  await copied(
    store,
    copyTo(`SELECT * FROM (${sql(`(${liveRows(store, [file])})`)}) ORDER BY ${order}`, temp),
  );
  const [[rows, unstated] = []] = await store.engine.rows(
    `SELECT count(*), count(*) FILTER (tenant = '${TENANT_NOT_STATED}')
      FROM ${readParquet([temp])}`,
  );
  const path = summaryPath(
    name,
    store.state.transaction(() => store.state.nextFileNumber()),
  );
  const final = join(store.dir, path);
  await syncFile(temp);
  const { size } = await stat(temp);
  await mkdir(dirname(final), { recursive: true });
  await rename(temp, final);
  const counts = { rows: Number(rows), unstated: Number(unstated) };
  return { of: file.path, name, path, ...counts, bytes: size };
}

/** Lists a summary instead of an earlier one. */
async function list(
  { dir, state }: CompactionContext,
  written: WrittenSummary,
  from: Pick<SummaryFile, 'generation' | 'engine'>,
): Promise<void> {
  const old = state.transaction(() => {
    const earlier = state.summaries.of(written.of).filter(({ name }) => name === written.name);
    state.summaries.add({ ...written, ...from });
    return earlier;
  });
  for (const { path } of old) await rm(join(dir, path), { force: true });
}
