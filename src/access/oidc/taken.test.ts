import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock } from '../../core/index.ts';
import { ATTEMPT_MS, SKEW_MS } from './limits.ts';
import { Taken } from './taken.ts';

const START_MS = Date.UTC(2026, 0, 5, 9);
const LONG_MS = ATTEMPT_MS + 3 * SKEW_MS;

test('takes each name once, and all of them or none', () => {
  const taken = new Taken(new ManualClock(START_MS));
  assert.equal(taken.take(['a', 'b'], START_MS), 'taken');
  assert.equal(taken.take(['b', 'c'], START_MS), 'again');
  assert.equal(taken.take(['c'], START_MS), 'taken', 'a refusal takes nothing');
});

test('forgets what is over for good, and refuses whatever is as old as that', () => {
  const clock = new ManualClock(START_MS);
  const taken = new Taken(clock);
  taken.take(['a'], START_MS);
  clock.advance(LONG_MS - 1);
  assert.equal(taken.take(['a'], START_MS), 'again');
  clock.advance(1);
  assert.equal(taken.take(['a'], START_MS), 'again', 'it is behind the line');
  assert.equal(taken.take(['other'], START_MS - 1), 'again');
  assert.equal(taken.lineMs, START_MS);
  assert.equal(taken.take(['new'], START_MS + 1), 'taken');
});

test('steps of the wall clock change nothing', () => {
  const clock = new ManualClock(START_MS);
  const taken = new Taken(clock);
  taken.take(['a'], START_MS);
  clock.step(86_400_000);
  assert.equal(taken.take(['a'], START_MS), 'again');
  assert.equal(taken.lineMs, Number.NEGATIVE_INFINITY);
  clock.step(-2 * 86_400_000);
  assert.equal(taken.take(['a'], START_MS), 'again');
});
