import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Interval, normalize, subtract } from '@countersign/core';
import { type Emulator, type FaultPlan, startEmulator } from '@countersign/emulator';
import type { CollectWindow, WindowEnd } from '@countersign/m365';
import { pollOnce } from '../../apps/countersign/src/ingest/collection/poll-once.ts';
import { StoreReader } from '../../apps/countersign/src/store/store-reader.ts';
import { IS_LONG, SEED } from '../../tools/property.ts';
import { assertFsckClean } from '../support/account.ts';
import { observationsOf, withSink } from '../support/collection/collection.ts';
import { COLLECT, collectorsFor } from '../support/collection/emulated-collectors.ts';
import { clockOf, pollToEnd } from '../support/collection/emulated-tenants.ts';
import { assertAllCollected, GRAPH_SOURCES } from '../support/collection/offered-records.ts';
import { serviceFaults } from '../support/collection/service-faults.ts';
import { temporaryFolder } from '../support/folders.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const START_MS = Date.parse('2026-03-02T06:00:00Z');
const HOURS = IS_LONG ? 72 : 3;

const root = temporaryFolder('collect-graph');

/** A tenant with activity, reported by Graph. */
function workplace(faults: Partial<FaultPlan>): Promise<Emulator> {
  return startEmulator({
    seed: SEED,
    startMs: START_MS,
    tenants: [{ people: 12 }],
    faults: { feeds: ['graph/'], ...faults },
  });
}

const FAULTS: Readonly<Record<string, Partial<FaultPlan>>> = {
  ...serviceFaults({ late: 0.3, lateMs: [HOUR_MS, 10 * HOUR_MS] }),
  'link loops': { looping: 0.2 },
  'bombs and deep JSON': { bomb: 0.1, deep: 0.1 },
};

/** Faults that the short form omits use the same client code as those it tries. */
const SHORT: readonly string[] = [
  'no fault',
  'expired tokens',
  'late records',
  'link loops',
  'a clock behind',
  'HTML and redirects',
  'all temporary faults',
];
const names = IS_LONG ? Object.keys(FAULTS) : SHORT;

for (const name of names) {
  const faults = FAULTS[name] ?? {};
  test(`${name}: every row that Graph returns is in the ledger once`, async () => {
    const dir = join(root, name.replaceAll(' ', '-'));
    const emulator = await workplace(faults);
    const { collectors, close } = collectorsFor(emulator, COLLECT.logs);
    const [collector] = collectors;
    assert.ok(collector !== undefined);
    try {
      await withSink(dir, clockOf(emulator), async (sink) => {
        for (let hour = 0; hour < HOURS; hour++) {
          await emulator.advance(HOUR_MS);
          await pollOnce(sink, collector);
        }
        const { skewMs = 0 } = faults;
        emulator.faults.clear();
        emulator.faults.set({ skewMs });
        // With any fault, a few rows in a thousand are slow, and are read later.
        await emulator.advance(14 * HOUR_MS);
        await pollToEnd(sink, collector);
        // The backlog is read once more, for late rows.
        await pollToEnd(sink, collector);
      });
      assert.ok((await assertAllCollected(dir, emulator, GRAPH_SOURCES)) > 100);
      await assertFsckClean(dir);
      assert.deepEqual(emulator.defects, []);
      assert.equal(emulator.truth().strayed.all, 0);
    } finally {
      await close();
      await emulator.stop();
    }
  });
}

test('a row of another tenant is quarantined, and its window is incomplete', async () => {
  const dir = join(root, 'foreign');
  const emulator = await workplace({ foreign: 1 });
  const { collectors, close } = collectorsFor(emulator, COLLECT.logs);
  const [collector] = collectors;
  assert.ok(collector !== undefined);
  try {
    await emulator.advance(HOUR_MS);
    await withSink(dir, clockOf(emulator), async (sink) => {
      const { quarantined, problems } = await pollOnce(sink, collector);
      assert.ok(quarantined > 0);
      assert.match(
        problems.join('\n'),
        /graph\/signIns: \d+ pieces? could not be read: quarantined/,
      );
    });
    const seen = await observationsOf(dir);
    const rows = seen.filter(
      ({ source, quarantined }) => source === 'graph/signIns' && quarantined > 0,
    );
    assert.ok(rows.length > 0);
    assert.ok(rows.every(({ outcome, code }) => outcome === 'partial' && code === 'quarantined'));
  } finally {
    await close();
    await emulator.stop();
  }
});

test('a log with some types not requested never counts as complete', async () => {
  const dir = join(root, 'types');
  const emulator = await workplace({});
  const some =
    'graph: {root: "GRAPH", signIns: [interactiveUser], directory: [], crossCheck: false}';
  const { collectors, close } = collectorsFor(emulator, some);
  const [collector] = collectors;
  assert.ok(collector !== undefined);
  try {
    await emulator.advance(3 * HOUR_MS);
    await withSink(dir, clockOf(emulator), async (sink) => {
      await pollToEnd(sink, collector);
    });
    const store = await StoreReader.open(dir, { clock: clockOf(emulator) });
    const facts = store.coverage().filter(({ source }) => source === 'graph/signIns');
    store.close();
    assert.ok(facts.some(({ because }) => /of nonInteractiveUser, servicePrincipal/.test(because)));
    assert.ok(facts.every(({ state }) => state !== 'collected' && state !== 'corroborated'));
  } finally {
    await close();
    await emulator.stop();
  }
});

test('sign-in types that are requested later are read for the past', async () => {
  const dir = join(root, 'added');
  const emulator = await workplace({});
  const logs = COLLECT.logs.replace('}', ', directoryAudits: false}');
  const some = logs.replace('}', ', signIns: [interactiveUser]}');
  // Longer than what a restart or a first start reads.
  const days = IS_LONG ? 9 : 3;
  try {
    for (const [collect, polls] of [
      [some, days],
      [logs, 1],
    ] as const) {
      const { collectors, close } = collectorsFor(emulator, collect);
      const [collector] = collectors;
      assert.ok(collector !== undefined);
      await withSink(dir, clockOf(emulator), async (sink) => {
        for (let poll = 0; poll < polls; poll++) {
          await emulator.advance(24 * HOUR_MS);
          await pollToEnd(sink, collector);
          // The backlog is read once more, for late rows.
          await pollToEnd(sink, collector);
        }
      });
      await close();
      const store = await StoreReader.open(dir, { clock: clockOf(emulator) });
      const beforeMs = emulator.clock.now() - 36 * HOUR_MS;
      const facts = store.coverage().filter(({ source, fromMs, workload }) => {
        return source === 'graph/signIns' && workload === null && (fromMs ?? 0) < beforeMs;
      });
      store.close();
      assert.ok(facts.length > 0);
      for (const { state, because } of facts) {
        assert.equal(/nothing is known$/.test(because), collect === some, because);
        assert.ok(state === 'unknown' || (state === 'collected' && collect !== some), because);
      }
    }
    const sources = GRAPH_SOURCES.filter(({ source }) => source === 'graph/signIns');
    assert.ok((await assertAllCollected(dir, emulator, sources)) > 300);
    await assertFsckClean(dir);
  } finally {
    await emulator.stop();
  }
});

test('rows that arrived late during an outage are found days later', async () => {
  const dir = join(root, 'away');
  const late = { late: 0.5, lateMs: [20 * HOUR_MS, 30 * HOUR_MS] } as const;
  const emulator = await workplace(late);
  try {
    for (const hours of [6, 72]) {
      const { collectors, close } = collectorsFor(emulator, COLLECT.logs);
      const [collector] = collectors;
      assert.ok(collector !== undefined);
      await emulator.advance(hours * HOUR_MS);
      await withSink(dir, clockOf(emulator), async (sink) => {
        await pollToEnd(sink, collector);
        await pollToEnd(sink, collector);
      });
      await close();
      emulator.faults.clear();
    }
    assert.ok((await assertAllCollected(dir, emulator, GRAPH_SOURCES)) > 100);
  } finally {
    await emulator.stop();
  }
});

test('repeated reads whose windows take a poll each read all of them', async () => {
  const emulator = await workplace({});
  const { collectors, close } = collectorsFor(emulator, COLLECT.logs);
  const [collector] = collectors;
  assert.ok(collector !== undefined);
  try {
    await withSink(join(root, 'slow-windows'), clockOf(emulator), async (sink) => {
      let begun: Interval[] = [];
      const slow = replaced(sink, 'begin', (window: CollectWindow) => {
        if (window.source === 'graph/signIns') begun.push(window.interval);
        const session = sink.begin(window);
        return replaced(session, 'end', async (end: WindowEnd) => {
          // An hour and a half takes longer than a poll reads old windows.
          const { from, to } = window.interval;
          await emulator.advance(Math.round((to - from) / 15));
          return session.end(end);
        });
      });
      const assertReadAgain = async (backMs: number, polls: number): Promise<void> => {
        begun = [];
        const nowMs = emulator.clock.now();
        for (let n = 0; n < polls; n++) await pollOnce(slow, collector);
        // The range moves on while it is read.
        const range = { from: nowMs - backMs + HOUR_MS / 2, to: nowMs };
        assert.deepEqual(subtract([range], normalize(begun)), []);
      };
      await pollToEnd(sink, collector);
      // The read of what is missing makes a daily read due.
      await emulator.advance(DAY_MS + HOUR_MS);
      await pollOnce(sink, collector);
      await assertReadAgain(2 * DAY_MS, 30);
      // Its windows begin at 06:00 and 12:00 UTC, so that an hourly read has two.
      await emulator.advance(DAY_MS - (emulator.clock.now() % DAY_MS) + 12.5 * HOUR_MS);
      await pollToEnd(sink, collector);
      await pollToEnd(sink, collector);
      await emulator.advance(HOUR_MS);
      await assertReadAgain(3 * HOUR_MS, 4);
    });
  } finally {
    await close();
    await emulator.stop();
  }
});

/** The same object with one method replaced. */
function replaced<T extends object, Name extends keyof T>(of: T, name: Name, method: T[Name]): T {
  return new Proxy(of, {
    get(target, asked) {
      if (asked === name) return method;
      const member: unknown = Reflect.get(target, asked, target);
      return typeof member === 'function' ? member.bind(target) : member;
    },
  });
}
