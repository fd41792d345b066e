import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock } from '@countersign/core';
import { ATTEMPT_MS, SKEW_MS } from './limits.ts';
import { ReplayCache, type ReplayStore, type TokenUse } from './replay-cache.ts';

class Store implements ReplayStore {
  readonly earlier: TokenUse[] = [];
  cutoffMs: number = Number.NEGATIVE_INFINITY;
  fails = false;

  async keep(used: TokenUse, cutoffMs: number): Promise<void> {
    if (this.fails) throw new Error('no space is left');
    this.earlier.push(used);
    this.cutoffMs = cutoffMs;
  }
}

const START_MS = Date.UTC(2026, 0, 5, 9);
const LONG_MS = ATTEMPT_MS + 3 * SKEW_MS;

test('takes each name once, and all of them or none', async () => {
  const taken = new ReplayCache(new ManualClock(START_MS), new Store());
  assert.equal(await taken.take(['a', 'b'], START_MS), 'taken');
  assert.equal(await taken.take(['b', 'c'], START_MS), 'again');
  assert.equal(await taken.take(['c'], START_MS), 'taken', 'a refusal takes nothing');
});

test('forgets expired names, and refuses every name that old', async () => {
  const clock = new ManualClock(START_MS);
  const taken = new ReplayCache(clock, new Store());
  await taken.take(['a'], START_MS);
  clock.advance(LONG_MS - 1);
  assert.equal(await taken.take(['a'], START_MS), 'again');
  clock.advance(1);
  assert.equal(await taken.take(['a'], START_MS), 'again', 'it is behind the line');
  assert.equal(await taken.take(['other'], START_MS - 1), 'again');
  assert.equal(taken.cutoffMs, START_MS);
  assert.equal(await taken.take(['new'], START_MS + 1), 'taken');
});

test('ignores steps of the wall clock', async () => {
  const clock = new ManualClock(START_MS);
  const taken = new ReplayCache(clock, new Store());
  await taken.take(['a'], START_MS);
  clock.step(86_400_000);
  assert.equal(await taken.take(['a'], START_MS), 'again');
  assert.equal(taken.cutoffMs, Number.NEGATIVE_INFINITY);
  clock.step(-2 * 86_400_000);
  assert.equal(await taken.take(['a'], START_MS), 'again');
});

test('names that an earlier process took stay taken for their full time', async () => {
  const store = new Store();
  const earlier = new ReplayCache(new ManualClock(START_MS), store);
  await earlier.take(['a', 'nonce'], START_MS);
  const clock = new ManualClock(START_MS);
  const taken = new ReplayCache(clock, store);
  assert.equal(await taken.take(['nonce', 'b'], START_MS + 1), 'again');
  assert.equal(await taken.take(['a'], START_MS), 'again');
  clock.advance(LONG_MS);
  assert.equal(await taken.take(['a'], START_MS), 'again', 'it is behind the line');
  assert.equal(await taken.take(['c'], START_MS + 1), 'taken');
});

test('keeps the line of an earlier process', async () => {
  const store = new Store();
  const clock = new ManualClock(START_MS);
  const earlier = new ReplayCache(clock, store);
  await earlier.take(['a'], START_MS);
  clock.advance(LONG_MS);
  await earlier.take(['b'], START_MS + LONG_MS);
  store.earlier.length = 0;
  const taken = new ReplayCache(new ManualClock(START_MS), store);
  assert.equal(await taken.take(['a'], START_MS), 'again');
});

test('takes only one of two concurrent calls', async () => {
  const taken = new ReplayCache(new ManualClock(START_MS), new Store());
  const both = await Promise.all([taken.take(['a'], START_MS), taken.take(['a'], START_MS)]);
  assert.deepEqual(both, ['taken', 'again']);
});

test('a name that cannot be recorded gives no access, and stays taken', async () => {
  const store = new Store();
  const taken = new ReplayCache(new ManualClock(START_MS), store);
  store.fails = true;
  await assert.rejects(taken.take(['a'], START_MS), { code: 'NOT_ACCOUNTED' });
  store.fails = false;
  assert.equal(await taken.take(['a'], START_MS), 'again');
});
