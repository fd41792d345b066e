import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { type TenantId, tenantId } from '@countersign/core';
import type { Interpretation } from '@countersign/ocsf';
import { RowBuffer } from '../parquet/row-buffer.ts';
import type { LedgerHead } from '../reading/ledger-head.ts';
import { type EventRow, erasedRow } from '../rows/event-row.ts';
import type { SignalBatch, SignalRow } from '../rows/signal-row.ts';
import { Store } from '../store.ts';
import { StoreReader } from '../store-reader.ts';

export const CONTOSO: TenantId = tenantId('11111111-1111-4111-8111-111111111111');
export const FABRIKAM: TenantId = tenantId('22222222-2222-4222-8222-222222222222');

/** 2024-01-12T08:00:00Z. */
export const START_MS = 1_705_046_400_000;

/** The ledger position of a test. */
const AS_OF = { origin: 'example.test/ledger', size: 1_000_000, at: null };
export const HEAD: LedgerHead = {
  origin: AS_OF.origin,
  size: AS_OF.size,
  root: 'cm9vdA==',
  asOf: AS_OF,
};

export async function folder(t: TestContext): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'countersign-store-'));
  t.after(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

export type RowParts = Partial<Omit<EventRow, 'event' | 'index'>> & Partial<Interpretation>;

/** A row with only the given members. */
export function row(index: number, parts: RowParts = {}): EventRow {
  const { entries = [index], tenant = CONTOSO, action, source, seenMs, erased, ...event } = parts;
  const bare = erasedRow({
    index,
    entries,
    tenant,
    action: action ?? `=${String(index).padStart(32, '0')}`,
    source: source ?? 'm365.export/unified-audit-log',
    seenMs: seenMs ?? START_MS + 1_000_000_000,
    timeMs: START_MS + index * 1000,
  });
  return {
    ...bare,
    erased: erased ?? false,
    event: { ...bare.event, classUid: 6003, severityId: 1, ...event },
  };
}

/** A store with these rows; each inner list is one batch. */
export async function storeOf(
  dir: string,
  batches: readonly (readonly EventRow[])[],
  superseded: readonly number[] = [],
): Promise<Store> {
  const store = await Store.open(dir);
  for (const rows of batches) await post(store, rows);
  store.post({ superseded });
  store.commit(HEAD.size);
  return store;
}

export async function post(store: Store, rows: readonly EventRow[]): Promise<void> {
  const buffer = new RowBuffer();
  for (const each of rows) buffer.add(each);
  await store.postRows(buffer);
}

/** The rows as one batch. */
export function signalBatch(rows: readonly SignalRow[]): SignalBatch {
  const groups = Map.groupBy(rows, ({ stream, group }) => `${stream}\n${group}`);
  return {
    groups: [...groups]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, own]) => {
        const { stream, group } = own[0] as SignalRow;
        const signals = own.map(({ timeMs, index, part, tenant, values, about }) => {
          return [timeMs, index, part, tenant, values, about] as const;
        });
        return { stream, group, signals: signals.sort(([a], [b]) => a - b) };
      }),
    counts: [],
  };
}

/** All events of a store, as a list of everything has them. */
export async function rowsIn(dir: string): Promise<EventRow[]> {
  const reader = await StoreReader.open(dir);
  try {
    const rows: EventRow[] = [];
    for await (const each of (await reader.timeline({}, HEAD)).rows) rows.push(each);
    return rows;
  } finally {
    reader.close();
  }
}
