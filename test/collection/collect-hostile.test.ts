import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Clock, ManualClock } from '@countersign/core';
import type { FaultPlan, FeedDelay } from '@countersign/emulator';
import { NORTHMOOR, OfficeWorker } from '@countersign/emulator/testing/office-worker';
import { pollOnce } from '../../apps/countersign/src/ingest/collection/poll-once.ts';
import type { CoverageRow } from '../../apps/countersign/src/store/rows/entry-rows.ts';
import { StoreReader } from '../../apps/countersign/src/store/store-reader.ts';
import { SEED } from '../../tools/property.ts';
import { certificateFor } from '../../tools/testing/certificate.ts';
import { assertFsckClean } from '../support/account.ts';
import { ActivityService } from '../support/collection/activity-service.ts';
import { activityCollector, withSink } from '../support/collection/collection.ts';
import { addressOf, clockOf, livelyTenant } from '../support/collection/emulated-tenants.ts';
import { temporaryFolder } from '../support/folders.ts';
import { recordText } from '../support/ingest/audit-record.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const START_MS = Date.parse('2026-03-02T00:00:00Z');
const SOURCE = 'm365.activity/Audit.Exchange';
const MIB = 1024 * 1024;
/** A blob with a problem is requested three times, and then quarantined. */
const TRIES = 3;

const root = temporaryFolder('collect-hostile');

/** A tenant with one blob per hour. */
const HOURLY: FeedDelay = {
  windowMs: HOUR_MS,
  usualMs: [HOUR_MS, HOUR_MS + MINUTE_MS],
  ...{ slowShare: 0, slowMeanMs: 0, shards: 1 },
};

function coverageIn(rows: readonly CoverageRow[], atMs: number): readonly CoverageRow[] {
  return rows.filter(
    (row) =>
      row.source === SOURCE &&
      row.workload === null &&
      (row.fromMs ?? -Infinity) <= atMs &&
      atMs < (row.toMs ?? Infinity),
  );
}

async function coverageOf(
  dir: string,
  clock: Clock,
  atMs: number,
): Promise<readonly CoverageRow[]> {
  const store = await StoreReader.open(dir, { clock });
  try {
    return coverageIn(store.coverage(), atMs);
  } finally {
    store.close();
  }
}

function quarantinedIn(dir: string): string[] {
  return readdirSync(join(dir, 'quarantine')).map((name) =>
    String(JSON.parse(readFileSync(join(dir, 'quarantine', name), 'utf8')).reason),
  );
}

const TOO_LARGE = /^refused the answer of .*: it is larger than/;

type Case = {
  readonly faults: Partial<FaultPlan>;
  readonly reason: RegExp;
};

const CASES: Readonly<Record<string, Case>> = {
  'two gigabytes': { faults: { huge: 1 }, reason: TOO_LARGE },
  'a gzip bomb': { faults: { bomb: 1 }, reason: TOO_LARGE },
  'HTML instead of JSON': {
    faults: { html: 1 },
    reason: /^not a JSON list: it begins with "<!doc/,
  },
  'a redirect to another host': {
    faults: { redirected: 1 },
    reason: /^refused to call: a link leads to /,
  },
  'deep JSON': {
    faults: { deep: 1 },
    reason: /nested deeper than a record may be/,
  },
  'a record of another tenant': {
    faults: { foreign: 1 },
    reason: /^a record of another tenant, 6f0d1e2c-/,
  },
};

for (const [name, { faults, reason }] of Object.entries(CASES)) {
  test(`${name}: reported, quarantined, and never covered`, async () => {
    const dir = join(root, name.replaceAll(' ', '-'));
    const actors = [new OfficeWorker({ seed: 1, everyMs: 10 * MINUTE_MS })];
    const delays = { activity: HOURLY, graph: HOURLY, azure: HOURLY };
    const recordsPerBlob = { min: 500, max: 500 };
    const more = { actors, delays, recordsPerBlob };
    const options = { seed: SEED, subscribed: 'before', faults, ...more } as const;
    const emulator = await livelyTenant(options);
    const heldBytes = (): number => process.memoryUsage().arrayBuffers;
    const beforeBytes = heldBytes();
    let mostBytes = 0;
    try {
      const address = { ...addressOf(emulator), contentTypes: ['Audit.Exchange'] as const };
      const collector = activityCollector(address);
      const problems: string[] = [];
      await emulator.advance(HOUR_MS + 2 * MINUTE_MS);
      await withSink(dir, clockOf(emulator), async (sink) => {
        for (let poll = 0; poll < TRIES; poll++) {
          problems.push(...(await pollOnce(sink, collector)).problems);
          mostBytes = Math.max(mostBytes, heldBytes());
          await emulator.advance(10 * MINUTE_MS);
        }
      });
      assert.match(problems.join('\n'), /Audit\.Exchange: (partial|\d+ pieces? could not be read)/);
      const reasons = quarantinedIn(dir);
      assert.ok(reasons.length > 0);
      for (const text of reasons) assert.match(text, reason);
      const [row, more] = await coverageOf(dir, clockOf(emulator), START_MS + 30 * MINUTE_MS);
      assert.deepEqual([row?.state, more], ['lost', undefined], JSON.stringify(row));
      assert.equal(emulator.truth().strayed.all, 0);
      // Each attempt ends at the limit. Excess bytes are in socket buffers.
      const { floodBytes } = emulator.faults;
      assert.ok(floodBytes <= TRIES * 72 * MIB, `${floodBytes / MIB} MiB were taken`);
      assert.ok(mostBytes - beforeBytes < 512 * MIB, `${(mostBytes - beforeBytes) / MIB} MiB`);
      await assertFsckClean(dir);
    } finally {
      await emulator.stop();
    }
  });
}

test('a certificate of another host: nothing is sent, and nothing is covered', async () => {
  const dir = join(root, 'certificate');
  const tls = certificateFor('elsewhere.example');
  const service = new ActivityService(NORTHMOOR);
  await using server = await service.start(tls);
  service.enabled.add('Audit.Exchange');
  const createdMs = START_MS + 2 * HOUR_MS;
  const contentType = 'Audit.Exchange';
  service.put({ id: 'a', contentType, createdMs, body: `[${recordText(1)}]` });
  const clock = new ManualClock(START_MS + 4 * HOUR_MS);
  // The authority is trusted; only the name differs.
  const http = { ca: tls.cert };
  const address = { origin: server.origin, tenant: NORTHMOOR, clock, http };
  const collector = activityCollector({ ...address, contentTypes: [contentType] });
  await withSink(dir, clock, async (sink) => {
    const { problems, records } = await pollOnce(sink, collector);
    assert.equal(records, 0);
    assert.match(problems.join('\n'), /certificate is not valid \(ERR_TLS_CERT_ALTNAME_INVALID\)/);
  });
  assert.deepEqual(server.asked, []);
  const rows = await coverageOf(dir, clock, START_MS + 3 * HOUR_MS);
  assert.ok(rows.length > 0);
  for (const { state } of rows) assert.ok(state === 'late' || state === 'unknown', state);
});
