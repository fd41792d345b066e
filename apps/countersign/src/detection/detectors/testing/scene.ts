import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TenantId } from '@countersign/core';
import { blank as blankEvent } from '@countersign/ocsf';
import { RowBuffer } from '../../../store/parquet/row-buffer.ts';
import type { EventRow } from '../../../store/rows/event-row.ts';
import type { FindingDraft } from '../../../store/rows/finding.ts';
import { Store } from '../../../store/store.ts';
import { StoreReader } from '../../../store/store-reader.ts';
import { runWindowDetector, type WindowDetector } from '../windows/window-detector.ts';

export const TENANT: TenantId = '3f2b8c1e-7a54-4d0b-9c36-1e5d8a7b6c21' as TenantId;
const DAY_MS = 86_400_000;
/** A Monday. */
export const START_MS: number = Date.UTC(2026, 1, 2);

/** An event, and additional members of its record. */
export type SceneEvent = Partial<EventRow['event']> & {
  /** Days since the start. */
  readonly day: number;
  readonly minute?: number;
  readonly body?: string;
  readonly source?: string;
};

/** The findings of a detector for these events, in a period of days since the start. */
export function foundIn(
  detector: WindowDetector,
  events: readonly SceneEvent[],
  days: { readonly from: number; readonly to: number } = { from: 0, to: 60 },
): Promise<readonly FindingDraft[]> {
  return withStore(events, async (store) => {
    const period = { fromMs: START_MS + days.from * DAY_MS, toMs: START_MS + days.to * DAY_MS };
    const bodyOf = (index: number) => Promise.resolve(events[index]?.body);
    return (await runWindowDetector(detector, { store, bodyOf, period })).drafts;
  });
}

/** Opens a store that holds these events. */
export async function withStore<T>(
  events: readonly SceneEvent[],
  use: (store: StoreReader) => Promise<T>,
): Promise<T> {
  const dir = mkdtempSync(join(tmpdir(), 'countersign-stream-'));
  try {
    const store = await Store.open(dir);
    const buffer = new RowBuffer();
    for (const [index, event] of events.entries()) buffer.add(rowOf(index, event));
    await store.postRows(buffer);
    store.commit(events.length);
    store.close();
    const reader = await StoreReader.open(dir);
    try {
      return await use(reader);
    } finally {
      reader.close();
    }
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

function rowOf(
  index: number,
  { day, minute = 540, body: _, source = 'graph/signIns', ...event }: SceneEvent,
): EventRow {
  const timeMs = START_MS + day * DAY_MS + minute * 60_000;
  return {
    ...{ index, entries: [index], tenant: TENANT, action: `=${index}`, seenMs: START_MS },
    ...{ source, erased: false },
    event: { ...blankEvent(), statusId: 1, ...event, timeMs },
  };
}

const SIGN_IN = 3002;

export function signIn(of: SceneEvent): SceneEvent {
  return {
    ...{ classUid: SIGN_IN, activityId: 1, actorType: 1, signInType: 'interactiveUser' },
    ...{ country: 'DE', userAgent: 'Edge/145', sessionUid: 's-1' },
    ...of,
  };
}

/** An employee by number. */
export function person(n: number): Pick<SceneEvent, 'actorUid' | 'actorName'> {
  const actorUid = `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
  return { actorUid, actorName: `p${n}@northmoor.example` };
}

/** One event per day. */
export function daily(days: number, of: (day: number) => SceneEvent): SceneEvent[] {
  return Array.from({ length: days }, (_, day) => of(day));
}
