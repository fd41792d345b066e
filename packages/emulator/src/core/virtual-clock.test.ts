import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock, type RealTime, RunningClock } from './virtual-clock.ts';

/** A machine whose time passes only in sleep. */
function idleMachine(): RealTime & { slept: number[]; pass(ms: number): void } {
  let nowMs = 5_000;
  const slept: number[] = [];
  return {
    slept,
    pass: (ms) => {
      nowMs += ms;
    },
    monotonicMs: () => nowMs,
    sleep: async (ms) => {
      slept.push(ms);
      nowMs += ms;
    },
  };
}

test('virtual time runs at its speed', async () => {
  const real = idleMachine();
  const clock = new RunningClock({ startMs: 1_000_000, speed: 100, real });
  assert.equal(clock.now(), 1_000_000);
  real.pass(20);
  assert.equal(clock.now(), 1_002_000);
  await clock.until(1_012_000);
  assert.deepEqual(real.slept, [100]);
  assert.equal(clock.now(), 1_012_000);
});

test('virtual time waits for the simulation, and does not catch up', () => {
  const real = idleMachine();
  const clock = new RunningClock({ startMs: 0, speed: 1_000, real });
  clock.allow(500);
  real.pass(1_000);
  assert.equal(clock.now(), 500);
  clock.allow(2_000);
  assert.equal(clock.now(), 500);
  real.pass(1);
  assert.equal(clock.now(), 1_500);
});

test('turns cost no time on a machine that keeps up', () => {
  const real = idleMachine();
  const clock = new RunningClock({ startMs: 0, speed: 1, real });
  clock.allow(0);
  for (let turn = 1; turn <= 100; turn++) {
    const wanted = clock.wanted();
    real.pass(5);
    clock.allow(wanted);
    real.pass(15);
  }
  assert.ok(clock.wanted() === 2_000 && clock.now() >= 1_950, `${clock.now()}`);
});

test('refuses a speed that no machine could follow', () => {
  const real = idleMachine();
  for (const speed of [0, 0.5, 1_001, Number.NaN]) {
    assert.throws(() => new RunningClock({ startMs: 0, speed, real }), /could not run/);
  }
});

test('a manual clock wakes waiters in time order', async () => {
  const clock = new ManualClock(100);
  const woken: number[] = [];
  const waits = [300, 200, 100].map(async (atMs) => {
    await clock.until(atMs);
    woken.push(atMs);
  });
  clock.advance(250);
  await Promise.all(waits);
  assert.deepEqual(woken, [100, 200, 300]);
  assert.equal(clock.now(), 350);
});

test('informs a waiter whose wait is aborted', async () => {
  const clock = new ManualClock(0);
  const stop = new AbortController();
  const waiting = clock.until(10, stop.signal);
  stop.abort(new Error('enough'));
  await assert.rejects(waiting, /enough/);
  await assert.rejects(clock.until(10, stop.signal), /enough/);
});
