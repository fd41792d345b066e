import type { RecordDraft } from '@countersign/core';
import { ownEntryDraft } from '../../projection/entries/own-entry.ts';
import type { LedgerWriter } from '../../projection/ledger-writer.ts';
import { EVENT_KEPT_MS } from './limits.ts';
import { type SsfRecord, ssfRecordOf } from './ssf-record.ts';

/** What a transmitter of events writes down, as entries: streams are configuration, events acts. */
export function ssfDraft(record: SsfRecord): RecordDraft {
  const isStream = record.what === 'ssf-stream' || record.what === 'ssf-stream-deleted';
  return ownEntryDraft(isStream ? 'config' : 'act', record.atMs, record);
}

/**
 * All that transmitters wrote down in this ledger and that still counts: every stream, and the
 * events of as long as one is kept. What was erased is passed over.
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
  for (const index of store.acts('config')) await read(index);
  for (const index of store.acts('act').toReversed()) {
    const { leaf } = await reader.leaf(index);
    // `seen` never decreases: whatever stands before this is older.
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
