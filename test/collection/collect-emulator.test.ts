import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Emulator, FaultPlan } from '@countersign/emulator';
import type { Collector } from '@countersign/m365';
import type { LedgerSink } from '../../apps/countersign/src/ingest/collection/ledger-sink.ts';
import { pollOnce } from '../../apps/countersign/src/ingest/collection/poll-once.ts';
import { IS_LONG, SEED } from '../../tools/property.ts';
import { assertFsckClean } from '../support/account.ts';
import { activityCollector, withSink } from '../support/collection/collection.ts';
import {
  addressOf,
  assertAllOffered,
  clockOf,
  livelyTenant,
} from '../support/collection/emulated-tenants.ts';
import { temporaryFolder } from '../support/folders.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

const root = temporaryFolder('collect-emulator');

/** Each fault alone, and all temporary ones together. */
const FAULTS: Readonly<Record<string, Partial<FaultPlan>>> = {
  'no fault': {},
  throttling: { throttled: 0.3 },
  'server errors': { failing: 0.3 },
  'slow and cut answers': { slow: 0.05, slowMs: 20, cut: 0.2 },
  'expired tokens': { expired: 0.3 },
  'duplicate blobs and repeated records': { duplicated: 0.5, repeated: 0.5 },
  'late records': { late: 0.3, lateMs: [HOUR_MS, 10 * HOUR_MS] },
  'blobs listed late': { hidden: 0.3 },
  'listed and gone': { gone: 0.2 },
  'lost records': { lost: 0.2 },
  'link loops': { looping: 0.1 },
  'a clock ahead': { skewMs: 10 * MINUTE_MS },
  'a clock behind': { skewMs: -10 * MINUTE_MS },
  'HTML and redirects': { html: 0.1, redirected: 0.1 },
  'records of another tenant, deep JSON': { foreign: 0.2, deep: 0.1 },
  'all temporary faults': {
    ...{ throttled: 0.05, failing: 0.05, cut: 0.05, expired: 0.05, duplicated: 0.2 },
    ...{ repeated: 0.2, late: 0.1, lateMs: [HOUR_MS, 5 * HOUR_MS], hidden: 0.1, html: 0.02 },
  },
};

/**
 * Repeats until a poll took no time: throttled requests wait, and content that arrives meanwhile
 * was offered but not listed yet. Each poll begins with a second, because content of a second is
 * listed only when the second is over.
 */
async function pollUntilIdle(
  emulator: Emulator,
  sink: LedgerSink,
  collector: Collector,
): Promise<void> {
  for (let polls = 1; ; polls++) {
    await emulator.advance(1000 - (emulator.clock.now() % 1000));
    const beganMs = emulator.clock.now();
    await pollOnce(sink, collector);
    if (emulator.clock.now() === beganMs) return;
    assert.ok(polls < 100, 'a collector does not wait once throttling has ended');
  }
}

for (const [name, faults] of Object.entries(FAULTS)) {
  test(`${name}: every offered record is in the ledger once`, async () => {
    const dir = join(root, name.replaceAll(' ', '-'));
    const emulator = await livelyTenant({ seed: SEED, faults });
    try {
      const collector = activityCollector(addressOf(emulator));
      await withSink(dir, clockOf(emulator), async (sink) => {
        for (let hour = 0; hour < (IS_LONG ? 72 : 6); hour++) {
          await emulator.advance(HOUR_MS);
          await pollOnce(sink, collector);
        }
        const { gone = 0, deep = 0, foreign = 0, skewMs = 0 } = faults;
        emulator.faults.clear();
        emulator.faults.set({ gone, deep, foreign, skewMs });
        await emulator.advance(13 * HOUR_MS);
        await pollOnce(sink, collector);
        await emulator.advance(15 * MINUTE_MS);
        await pollUntilIdle(emulator, sink, collector);
      });
      await assertAllOffered(dir, emulator);
      await assertFsckClean(dir);
      assert.deepEqual(emulator.defects, []);
      assert.equal(emulator.truth().strayed.all, 0);
    } finally {
      await emulator.stop();
    }
  });
}
