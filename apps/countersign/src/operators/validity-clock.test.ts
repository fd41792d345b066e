import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ValidityClock } from './validity-clock.ts';

test('the time is whole milliseconds, and never behind the time that passed', () => {
  let [now, monotonic] = [1_000, 0.25];
  const clock = new ValidityClock({ now: () => now, monotonic: () => monotonic });
  now = 400;
  monotonic = 7.5;
  // A table refuses fractions.
  assert.equal(clock.now(), 1_007);
  now = 2_000;
  assert.equal(clock.now(), 2_000);
});
