import { foldObservations } from '../coverage/observed-coverage.ts';
import type { RecentFile } from '../parquet/recent-file.ts';
import { unite } from '../rows/alias-table.ts';
import type { ListedFile, StateDatabase } from '../sqlite/state-database.ts';
import { STORE_STAGE } from '../store-layout.ts';
import { decodeBatch, type PostedBatch, type RowBatch } from './row-batch.ts';

/** Makes the batches count and moves the cursor of the store, in one transaction. */
export function commitBatches(
  state: StateDatabase,
  posted: readonly PostedBatch[],
  cursor: number,
): void {
  const batches = posted.map(decodeBatch);
  const superseded = batches.flatMap((batch) => batch.superseded ?? []);
  state.transaction(() => {
    const before = state.cursor(STORE_STAGE);
    for (const index of superseded) if (index < before) supersede(state, index, cursor);
    for (const batch of batches) enter(state, batch, cursor);
    // A batch may replace rows of another one, in any order.
    for (const index of superseded) if (index >= before) supersede(state, index, cursor);
    foldObservations(state);
    const files = batches.flatMap((batch) => batch.files ?? []);
    for (const alias of unite(files.flatMap((file) => file.aliases))) state.learnAlias(alias);
    state.setCursor(STORE_STAGE, cursor);
  });
}

function enter(state: StateDatabase, batch: RowBatch, cursor: number): void {
  for (const file of batch.files ?? []) {
    state.listFile(listed(file));
    for (const tenant of file.tenants) state.addTenant(tenant);
  }
  if (batch.signals !== undefined) state.signals.add(batch.signals, cursor);
  if (batch.facts !== undefined) state.addFacts(batch.facts);
}

function supersede(state: StateDatabase, index: number, cursor: number): void {
  state.supersede(index);
  state.signals.supersede(index, cursor);
}

function listed(file: RecentFile): ListedFile {
  const { path, fromIndex, toIndex, rows, bytes, minTimeMs, maxTimeMs } = file;
  const place = { kind: 'hot', classUid: null, day: null } as const;
  return { path, ...place, fromIndex, toIndex, rows, bytes, minTimeMs, maxTimeMs };
}
