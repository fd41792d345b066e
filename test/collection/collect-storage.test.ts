import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Emulator, type FaultPlan, startEmulator } from '@countersign/emulator';
import type { Collector } from '@countersign/m365';
import { pollOnce } from '../../apps/countersign/src/ingest/collection/poll-once.ts';
import { IS_LONG, SEED } from '../../tools/property.ts';
import { assertFsckClean } from '../support/account.ts';
import { observationsOf, withSink } from '../support/collection/collection.ts';
import { COLLECT, collectorsFor } from '../support/collection/emulated-collectors.ts';
import { clockOf, pollToEnd } from '../support/collection/emulated-tenants.ts';
import { assertAllCollected, EXPORT_SOURCES } from '../support/collection/offered-records.ts';
import { serviceFaults } from '../support/collection/service-faults.ts';
import { temporaryFolder } from '../support/folders.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const START_MS = Date.parse('2026-03-02T07:00:00Z');
const HOURS = IS_LONG ? 72 : 3;

const root = temporaryFolder('collect-storage');

function startStorageEmulator(faults: Partial<FaultPlan>): Promise<Emulator> {
  return startEmulator({
    seed: SEED,
    startMs: START_MS,
    tenants: [{ people: 12 }],
    faults: { feeds: ['azure/'], ...faults },
  });
}

const FAULTS: Readonly<Record<string, Partial<FaultPlan>>> = {
  ...serviceFaults({ late: 0.3, lateMs: [HOUR_MS, 60 * HOUR_MS] }),
  'compression bombs and deep JSON': { bomb: 0.1, huge: 0.05, deep: 0.1 },
};

const DEFAULT_FAULTS: readonly string[] = [
  'no fault',
  'a clock ahead',
  'HTML and redirects',
  'compression bombs and deep JSON',
  'all temporary faults',
];
const names = IS_LONG ? Object.keys(FAULTS) : DEFAULT_FAULTS;

for (const name of names) {
  const faults = FAULTS[name] ?? {};
  test(`${name}: every line of the export is in the ledger once`, async () => {
    const dir = join(root, name.replaceAll(' ', '-'));
    const emulator = await startStorageEmulator(faults);
    const { collectors, close } = collectorsFor(emulator, COLLECT.storage);
    const [collector] = collectors as [Collector];
    try {
      await withSink(dir, clockOf(emulator), async (sink) => {
        for (let quarter = 0; quarter < 4 * HOURS; quarter++) {
          await emulator.advance(HOUR_MS / 4);
          await pollOnce(sink, collector);
        }
        const { skewMs = 0 } = faults;
        emulator.faults.clear();
        emulator.faults.set({ skewMs });
        await emulator.advance(2 * HOUR_MS);
        await pollToEnd(sink, collector);
      });
      assert.ok((await assertAllCollected(dir, emulator, EXPORT_SOURCES)) > 100);
      await assertFsckClean(dir);
      assert.deepEqual(emulator.defects, []);
      assert.equal(emulator.truth().strayed.all, 0);
    } finally {
      await close();
      await emulator.stop();
    }
  });
}

test('a category without a container is off, not empty', async () => {
  const dir = join(root, 'off');
  const emulator = await startEmulator({ seed: SEED, startMs: START_MS });
  const { collectors, close } = collectorsFor(emulator, COLLECT.storage);
  try {
    await withSink(dir, clockOf(emulator), (sink) => pollOnce(sink, collectors[0] as Collector));
    const observations = await observationsOf(dir);
    const codes = observations.map(({ outcome, code }) => [outcome, code].join(' '));
    assert.deepEqual([...new Set(codes)], ['off ContainerNotFound']);
  } finally {
    await close();
    await emulator.stop();
  }
});

test('the first read begins with the oldest blob', async () => {
  const dir = join(root, 'first');
  const emulator = await startStorageEmulator({});
  const { collectors, close } = collectorsFor(emulator, COLLECT.storage);
  const [collector] = collectors as [Collector];
  try {
    await emulator.advance(2 * HOUR_MS);
    await withSink(dir, clockOf(emulator), async (sink) => {
      await pollOnce(sink, collector);
      await emulator.advance(HOUR_MS);
      await pollToEnd(sink, collector);
    });
    const complete = (await observationsOf(dir)).filter(({ outcome }) => outcome === 'complete');
    assert.ok(complete.length > 0);
    for (const { from, source } of complete)
      assert.ok(Date.parse(from) >= START_MS, `${source} ${from}`);
    await assertAllCollected(dir, emulator, EXPORT_SOURCES);
  } finally {
    await close();
    await emulator.stop();
  }
});
