import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import {
  instantOfMs,
  ManualClock,
  type RecordDraft,
  systemRandom,
  tenantId,
} from '@countersign/core';
import { DelaySketch, type Observation } from '@countersign/coverage';
import { fsck, LedgerReader } from '@countersign/ledger';
import { CrossCheck } from '../../apps/countersign/src/ingest/collection/cross-check.ts';
import { LedgerSink } from '../../apps/countersign/src/ingest/collection/ledger-sink.ts';
import {
  closeWriter,
  openLedgerWriter,
} from '../../apps/countersign/src/operations/host/open-writer.ts';
import { ownEntryDraft } from '../../apps/countersign/src/projection/entries/own-entry.ts';
import type { LedgerWriter } from '../../apps/countersign/src/projection/ledger-writer.ts';
import { StoreReader } from '../../apps/countersign/src/store/store-reader.ts';

const HOUR_MS = 3_600_000;
const START_MS = Date.parse('2026-03-02T00:00:00Z');
const TENANT = tenantId('5b1f4c0e-7d2a-4f6b-9c3d-2e8a61f0b794');
const EXCHANGE = 'm365.activity/Audit.Exchange';
const QUERY = 'graph/auditLogQuery';
const HOURS = 12;
const PER_HOUR = 40;
/** The record that the Management Activity API never listed. */
const WITHHELD = 5 * PER_HOUR + 7;

const dir = mkdtempSync(join(tmpdir(), 'countersign-check-'));
after(() => rmSync(dir, { recursive: true, force: true }));
const encoder = new TextEncoder();

function draft(source: string, n: number): RecordDraft {
  const at = instantOfMs(START_MS + (n * HOUR_MS) / PER_HOUR) ?? '';
  const id = `0d5ab8c6-7d2f-4f34-9a3a-6f6f2b7f${String(n).padStart(4, '0')}`;
  const record = {
    CreationTime: at.slice(0, 19),
    Id: id,
    Operation: 'Send',
    OrganizationId: TENANT,
    RecordType: 2,
    UserId: 'freya.sandison@northmoor.example',
    Workload: 'Exchange',
  };
  const query = { id, createdDateTime: at, service: 'Exchange', auditData: record };
  const body = encoder.encode(JSON.stringify(source === QUERY ? query : record));
  return { kind: 'record', tenant: TENANT, source, id, at, body };
}

function seen(source: string, fromMs: number, toMs: number, atMs: number): Observation {
  const sketch = new DelaySketch();
  for (let i = 1; i <= PER_HOUR; i++) sketch.add(i * 30_000);
  const isPoll = source === EXCHANGE;
  return {
    v: 2,
    collector: isPoll ? 'activity-api' : 'cross-check',
    tenant: TENANT,
    source,
    workload: null,
    subject: null,
    from: instantOfMs(fromMs) ?? '',
    to: instantOfMs(toMs) ?? '',
    axis: isPoll ? 'availability' : 'event',
    outcome: 'complete',
    listed: 1,
    fetched: 1,
    records: PER_HOUR,
    duplicates: 0,
    quarantined: 0,
    because: null,
    code: null,
    delays: sketch.observed(),
    canaries: null,
    at: instantOfMs(atMs) ?? '',
  };
}

async function fill(writer: LedgerWriter): Promise<void> {
  const all = Array.from({ length: HOURS * PER_HOUR }, (_, n) => n);
  const listed = all.filter((n) => n !== WITHHELD);
  await writer.ledger.append(listed.map((n) => draft(EXCHANGE, n)));
  await writer.ledger.append(all.map((n) => draft(QUERY, n)));
  const polls = Array.from({ length: HOURS }, (_, hour) => {
    const fromMs = START_MS + hour * HOUR_MS;
    return [
      seen(EXCHANGE, fromMs, fromMs + HOUR_MS, fromMs + HOUR_MS),
      seen(QUERY, fromMs, fromMs + HOUR_MS, fromMs + 2 * HOUR_MS),
    ];
  });
  const entries = polls.flat().map((body) => ownEntryDraft('coverage', Date.parse(body.at), body));
  await writer.ledger.append(entries);
}

test('corroborates hour by hour, and names the record that one of two sources lacks', async () => {
  const clock = new ManualClock(START_MS + (HOURS + 1) * HOUR_MS);
  const options = { dir, clock, random: systemRandom };
  const filling = await openLedgerWriter(options);
  await fill(filling);
  await closeWriter(filling);
  const writer = await openLedgerWriter(options);
  const sink = await LedgerSink.open(writer, { workers: 1 });
  const store = await StoreReader.open(dir, { clock });
  const reader = await LedgerReader.open(dir);
  const report = await new CrossCheck({ store, reader, clock }).poll(sink);
  await sink.post();
  assert.deepEqual([report.windows, report.incomplete], [11, 1]);
  assert.match(report.problems[0] ?? '', /0 records are only in the first, 1 only in the second/);
  const rows = store.coverage().filter(({ source }) => source === EXCHANGE);
  const intervals = rows.map(({ state, fromMs, toMs }) =>
    [state, ...[fromMs, toMs].map((ms) => ((ms ?? 0) - START_MS) / HOUR_MS)].join(' '),
  );
  assert.deepEqual(intervals.slice(0, 3), ['corroborated 0 5', 'late 5 6', 'corroborated 6 11']);
  assert.match(rows[0]?.because ?? '', /one by one with graph\/auditLogQuery, 200 records agree/);
  assert.match(rows[1]?.because ?? '', /1 record of graph\/auditLogQuery is missing here/);
  assert.match(rows[1]?.because ?? '', /0d5ab8c6-7d2f-4f34-9a3a-6f6f2b7f0207/);
  // Hours that agreed are not compared again; the difference only after a delay.
  assert.equal((await new CrossCheck({ store, reader, clock }).poll(sink)).windows, 0);
  reader.close();
  store.close();
  await sink.close();
  await closeWriter(writer);
  assert.deepEqual((await fsck({ dir, threads: 0 })).problems, []);
});
