import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock, systemClock } from './clock.ts';

test('a manual clock does not advance by itself', () => {
  const clock = new ManualClock(1000);
  assert.deepEqual([clock.now(), clock.monotonic()], [1000, 0]);
  clock.advance(250);
  assert.deepEqual([clock.now(), clock.monotonic()], [1250, 250]);
});

test('steps the wall clock back without touching monotonic time', () => {
  const clock = new ManualClock(1000);
  clock.advance(100);
  clock.step(-900);
  assert.deepEqual([clock.now(), clock.monotonic()], [200, 100]);
});

test('a manual clock does not go backwards', () => {
  const clock = new ManualClock(1000);
  assert.throws(() => clock.advance(-1), { name: 'AssertionFailure' });
  assert.throws(() => clock.advance(Number.NaN), { name: 'AssertionFailure' });
});

test('the system clock gives whole milliseconds and a monotonic time', () => {
  const before = systemClock.monotonic();
  assert.ok(Number.isInteger(systemClock.now()));
  assert.ok(systemClock.monotonic() >= before);
});
