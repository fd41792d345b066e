import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Occurrence } from './core/feed-record.ts';
import { ManualClock, type RealTime, RunningClock } from './core/virtual-clock.ts';
import { Engine } from './engine.ts';
import { together } from './scenarios/merge-actors.ts';
import { startEmulator } from './start-emulator.ts';
import { OfficeWorker } from './testing/office-worker.ts';

const START_MS = Date.UTC(2026, 2, 2);

test('merges several actors in time order, each act once', async () => {
  const taken: Occurrence[] = [];
  const clock = new ManualClock(START_MS);
  const passed: number[] = [];
  const actors = [7_000, 11_000, 60_000].map(
    (everyMs) => new OfficeWorker({ seed: everyMs, everyMs }),
  );
  const life = {
    actor: together(actors),
    take: (h: Occurrence) => void taken.push(h),
    passed: async (nowMs: number) => {
      passed.push(nowMs);
    },
  };
  const engine = new Engine(life, START_MS);
  await engine.advance(clock, 90_000);
  await Promise.all([engine.advance(clock, 1_000), engine.advance(clock, 1_000_000)]);
  assert.equal(clock.now(), START_MS + 1_091_000);
  const times = taken.map(({ atMs }) => atMs);
  assert.deepEqual(
    times.toSorted((a, b) => a - b),
    times,
  );
  const expected = actors.flatMap((actor) => [...actor.happenings(START_MS, clock.now())]);
  assert.equal(taken.length, expected.length);
  assert.equal(passed.at(-1), clock.now());
});

test('a waiter for a time sees the tenant as it is then', async () => {
  const clock = new ManualClock(START_MS);
  const taken: number[] = [];
  const life = {
    actor: new OfficeWorker({ everyMs: 10_000 }),
    take: (h: Occurrence) => void taken.push(h.atMs),
    passed: () => Promise.resolve(),
  };
  const engine = new Engine(life, START_MS);
  const seen = clock.until(START_MS + 120_000).then(() => taken.length);
  await engine.advance(clock, 600_000);
  assert.equal(await seen, 12);
});

test('time never runs ahead of the simulation', async () => {
  let realMs = 0;
  const stop = new AbortController();
  const real: RealTime = {
    monotonicMs: () => realMs,
    sleep: () => Promise.resolve(),
  };
  const clock = new RunningClock({ startMs: START_MS, speed: 1_000, real });
  let lastMs = START_MS - 1;
  const life = {
    actor: new OfficeWorker({ everyMs: 1_000 }),
    take: (h: Occurrence) => {
      lastMs = h.atMs;
    },
    passed: async () => {
      assert.ok(clock.now() - lastMs <= 1_000);
      realMs += 500;
      if (realMs > 5_000) stop.abort();
    },
  };
  await new Engine(life, START_MS).run(clock, real, stop.signal);
  assert.ok(clock.now() >= START_MS + 9 * 60_000);
});

test('a running tenant continues by itself', async () => {
  const actors = [new OfficeWorker({ everyMs: 1_000 })];
  const emulator = await startEmulator({ startMs: START_MS, speed: 1_000, actors });
  await emulator.clock.until(START_MS + 60_000);
  assert.ok((emulator.truth().made.get('activity/Audit.Exchange') ?? 0) >= 60);
  await assert.rejects(emulator.advance(1), /runs by itself/);
  await emulator.stop();
});
