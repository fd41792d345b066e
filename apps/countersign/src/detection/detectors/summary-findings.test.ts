import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { SEED } from '../../../../../tools/property.ts';
import { SeededRandom } from '../../../../../tools/sample/random.ts';
import { RowBuffer } from '../../store/parquet/row-buffer.ts';
import type { EventRow } from '../../store/rows/event-row.ts';
import { Store } from '../../store/store.ts';
import { StoreReader } from '../../store/store-reader.ts';
import { volume } from './people/unusual-volume.ts';
import { findCampaigns } from './spray/password-spray.ts';
import { sprayFindings } from './spray/spray-findings.ts';
import { company } from './testing/spray-world.ts';
import { runWindowDetector } from './windows/window-detector.ts';

const DAY_MS = 86_400_000;
const COMPACTION = { partitionRowsMin: 1, partitionRestMin: 1, summaryRowsMin: 1 };

/** The findings about sprays and volumes, as text. */
async function findingsOf(store: StoreReader, fromMs: number, toMs: number): Promise<string[]> {
  const period = { fromMs, toMs };
  const { campaigns } = await findCampaigns(store, { ...period, learnFromMs: fromMs });
  const bodyOf = (): Promise<undefined> => Promise.resolve(undefined);
  const { drafts } = await runWindowDetector(volume, { store, period, bodyOf });
  return [...sprayFindings(campaigns), ...drafts].map((draft) => JSON.stringify(draft)).sort();
}

/** Compares findings from summaries with findings from the events. */
async function assertSame(dir: string, fromMs: number, toMs: number): Promise<string[]> {
  const reader = await StoreReader.open(dir);
  try {
    const events = reader.without({ entries: new Set(), from: Number.POSITIVE_INFINITY });
    const found = await findingsOf(reader, fromMs, toMs);
    assert.deepEqual(found, await findingsOf(events, fromMs, toMs));
    return found;
  } finally {
    reader.close();
  }
}

/** Items that people take on each day; one of them takes far more on the last day. */
function volumesOf(rows: readonly EventRow[], days: number, fromIndex: number): EventRow[] {
  const people = [...new Map(rows.map((row) => [row.event.actorUid, row])).values()].slice(0, 8);
  const startMs = Math.floor((rows[0]?.event.timeMs ?? 0) / DAY_MS) * DAY_MS;
  return Array.from({ length: days * people.length }, (_, i): EventRow => {
    const [row, day] = [people[i % people.length] as EventRow, Math.floor(i / people.length)];
    const itemCount = day === days - 1 && i % people.length === 0 ? 900 : 20;
    const operation = i % 2 === 0 ? 'FileDownloaded' : 'MailItemsAccessed';
    const taken = { classUid: 6001, statusId: 1, operation, itemCount };
    const event = { ...row.event, ...taken, timeMs: startMs + day * DAY_MS + 36_000_000 };
    const index = fromIndex + i;
    return { ...row, index, entries: [index], action: `=${index}`, event };
  });
}

async function post(store: Store, rows: readonly EventRow[]): Promise<void> {
  const buffer = new RowBuffer();
  for (const row of rows) buffer.add(row);
  await store.postRows(buffer);
}

function folder(t: TestContext): string {
  const dir = mkdtempSync(join(tmpdir(), 'countersign-summaries-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

test('summaries give the findings of the events, with late records and an erasure', async (t) => {
  const days = 24;
  const spray = { targets: 16, triesPerWeek: 3, overlap: 0.3, hits: 2 };
  const made = company(SEED, { people: 32, days, spray });
  const all = [...made.rows, ...volumesOf(made.rows, days, made.rows.length)];
  const [fromMs, toMs] = [made.startMs, Math.ceil((made.endMs + 1) / DAY_MS) * DAY_MS];
  // Each record belongs to the import of its day, or arrives late with any other import.
  const random = new SeededRandom(SEED);
  const imports = Map.groupBy(all, ({ event }) => {
    const own = Math.floor((event.timeMs - fromMs) / DAY_MS / 6);
    return random.next() < 0.1 ? 5 : own;
  });
  const found: (readonly string[])[] = [];
  const dir = folder(t);
  const store = await Store.open(dir);
  t.after(() => store.close());
  for (const [, rows] of [...imports].sort(([a], [b]) => a - b)) {
    await post(store, rows);
    store.commit(all.length);
    found.push(await assertSame(dir, fromMs, toMs));
    await store.compact(COMPACTION);
  }
  found.push(await assertSame(dir, fromMs, toMs));
  const rules = (found.at(-1) ?? []).map((text) => (JSON.parse(text) as { rule: string }).rule);
  assert.ok(rules.includes('stream/password-spray') && rules.includes('stream/volume'));
  const [hit = 0] = made.hits;
  const large = all.find(({ event }) => event.itemCount === 900)?.index ?? 0;
  await store.purge([hit, large]);
  const erased = await assertSame(dir, fromMs, toMs);
  assert.notDeepEqual(erased, found.at(-1), 'the erased records had findings');
  await store.compact(COMPACTION);
  assert.deepEqual(await assertSame(dir, fromMs, toMs), erased);
});
