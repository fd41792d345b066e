import type { RecordDraft } from '@countersign/core';
import { ownEntryDraft } from '../../projection/entries/own-entry.ts';
import type { LedgerWriter } from '../../projection/ledger-writer.ts';
import { EVENT_KEPT_MS } from './limits.ts';
import { type SsfRecord, ssfRecordOf } from './ssf-record.ts';

/** A transmitter's record as an entry: streams are configuration, events are acts. */
export function ssfDraft(record: SsfRecord): RecordDraft {
  const isStream = record.what === 'ssf-stream' || record.what === 'ssf-stream-deleted';
  return ownEntryDraft(isStream ? 'config' : 'act', record.atMs, record);
}

/**
 * The transmitter records of the ledger that still count: all streams, and events within their
 * retention. Erased ones are skipped.
 */
export async function ssfRecords({
  store,
  reader,
  clock,
}: LedgerWriter): Promise<readonly SsfRecord[]> {
  const sinceMs = clock.now() - EVENT_KEPT_MS;
  const found = new Map<number, SsfRecord>();
  const read = async (index: number): Promise<void> => {
    const record = await recordAt(reader, index);
    if (record !== undefined) found.set(index, record);
  };
  for (const index of store.indicesOfKind('config')) await read(index);
  for (const index of store.indicesOfKind('act').toReversed()) {
    const { leaf } = await reader.leaf(index);
    // `seen` never decreases, so all earlier entries are older.
    if (Date.parse(leaf.seen) < sinceMs) break;
    await read(index);
  }
  return [...found].sort(([a], [b]) => a - b).map(([, record]) => record);
}

async function recordAt(
  reader: LedgerWriter['reader'],
  index: number,
): Promise<SsfRecord | undefined> {
  const body = await reader.body(index);
  if (body.kind !== 'present') return undefined;
  try {
    return ssfRecordOf(JSON.parse(Buffer.from(body.bytes).toString('utf8')));
  } catch {
    return undefined;
  }
}
