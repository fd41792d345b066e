import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Interval, normalize, subtract } from '@countersign/core';
import fc from 'fast-check';
import { runs } from '../../../../../tools/property.ts';
import { WINDOW_MS_MAX } from './limits.ts';
import { planWindows, slicesOf, sweepWindows } from './plan-windows.ts';

const HOUR_MS = 3_600_000;
const NOW_MS = Date.parse('2026-03-02T09:00:00Z');
const HORIZON_MS = NOW_MS - 7 * 24 * HOUR_MS;

const anyInterval = fc
  .tuple(fc.integer({ min: -200, max: 200 }), fc.integer({ min: 1, max: 100 }))
  .map(([from, hours]): Interval => {
    const fromMs = NOW_MS + from * HOUR_MS;
    return { from: fromMs, to: fromMs + hours * HOUR_MS };
  });

test('plans every unsettled interval within the range that may be requested', () => {
  fc.assert(
    fc.property(fc.array(anyInterval, { maxLength: 8 }), (intervals) => {
      const settled = normalize(intervals);
      const range = { horizonMs: HORIZON_MS, nowMs: NOW_MS };
      const planned = planWindows(settled, range);
      const missing = subtract([{ from: HORIZON_MS, to: NOW_MS }], settled);
      assert.deepEqual(subtract(missing, normalize(planned)), []);
      for (const { from, to } of planned) {
        assert.ok(from >= HORIZON_MS && to <= NOW_MS && to - from <= WINDOW_MS_MAX);
      }
    }),
    runs(200),
  );
});

test('new content comes first, then the oldest', () => {
  const settled = [{ from: NOW_MS - 100 * HOUR_MS, to: NOW_MS - 50 * HOUR_MS }];
  const planned = planWindows(settled, { horizonMs: HORIZON_MS, nowMs: NOW_MS });
  assert.equal(planned[0]?.kind, 'news');
  const rest = planned.slice(1).map(({ from }) => from);
  assert.deepEqual(
    rest,
    rest.toSorted((a, b) => a - b),
  );
});

test('a sweep covers the whole range', () => {
  const whole = { from: HORIZON_MS, to: NOW_MS };
  assert.deepEqual(normalize(sweepWindows(whole)), [whole]);
});

test('slices cover their window, and each content is in exactly one', () => {
  const window = { from: NOW_MS - 24 * HOUR_MS, to: NOW_MS };
  const contents = Array.from({ length: 2000 }, (_, n) => ({
    createdMs: window.from + (n - 100) * 60_000,
  }));
  const off = [{ from: window.from - HOUR_MS, to: window.from + 90 * 60_000 }];
  const slices = slicesOf(window, off, contents);
  assert.ok(slices.length > 4);
  for (const { from, to, contents: inIt } of slices.slice(0, -1)) {
    assert.ok(inIt.length <= 500 || to - from <= HOUR_MS);
  }
  assert.ok(slices.some(({ from, to }) => to - from > HOUR_MS));
  assert.deepEqual(normalize(slices), [window]);
  assert.equal(slices.flatMap((slice) => slice.contents).length, 2000);
  const wasOff = slices.filter(({ subscription }) => subscription === 'was off');
  assert.deepEqual(normalize(wasOff), [{ from: window.from, to: off[0]?.to }]);
  assert.equal(slicesOf(window, [], contents.slice(0, 10)).length, 1);
});
