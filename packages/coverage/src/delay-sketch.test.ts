import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { DelaySketch, rangeOf } from './delay-sketch.ts';
import { SKETCH_BUCKETS_MAX, SKETCH_RELATIVE_ERROR } from './limits.ts';

const IS_LONG = process.env['COUNTERSIGN_LONG'] === '1';
const OPTIONS = { seed: 7, numRuns: IS_LONG ? 5_000 : 200 };

const delays = fc.array(fc.integer({ min: 2, max: 7 * 86_400_000 }), { minLength: 1 });

test('returns every rank within one percent', () => {
  fc.assert(
    fc.property(delays, fc.double({ min: 0, max: 1, noNaN: true }), (values, share) => {
      const sketch = sketchOf(values);
      const rank = Math.max(1, Math.ceil(share * values.length));
      const truth = values.toSorted((a, b) => a - b)[rank - 1] as number;
      const off = Math.abs(sketch.quantile(share) - truth) / truth;
      assert.ok(off <= SKETCH_RELATIVE_ERROR + 1e-9, `${sketch.quantile(share)} for ${truth}`);
      assert.ok(sketch.ceilingAtRank(rank) >= truth * (1 - 1e-9));
    }),
    OPTIONS,
  );
});

test('merges without loss, in any order, also through an observation', () => {
  fc.assert(
    fc.property(delays, delays, (a, b) => {
      const whole = sketchOf([...a, ...b]).observed();
      const merged = sketchOf(a);
      merged.merge(sketchOf(b));
      assert.deepEqual(merged.observed(), whole);
      const read = new DelaySketch();
      for (const part of [b, a]) {
        const said = sketchOf(part).observed();
        assert.ok(said !== null);
        read.addObserved(JSON.parse(JSON.stringify(said)));
      }
      assert.deepEqual(read.observed(), whole);
    }),
    OPTIONS,
  );
});

test('treats a summary without buckets as the worst case', () => {
  fc.assert(
    fc.property(delays, fc.double({ min: 0.5, max: 1, noNaN: true }), (values, share) => {
      const { buckets: _, ...summary } = sketchOf(values).observed() ?? assert.fail();
      const read = new DelaySketch();
      read.addObserved(summary);
      assert.equal(read.n, values.length);
      const truth = sketchOf(values).quantile(share);
      assert.ok(read.quantile(share) >= truth * 0.97, `${read.quantile(share)} < ${truth}`);
    }),
    OPTIONS,
  );
});

test('counts a record before its event as no delay, and an absurd delay as the longest', () => {
  const sketch = sketchOf([-5_000, 0, 1e15]);
  assert.deepEqual(sketch.observed()?.buckets, [
    [0, 2],
    [SKETCH_BUCKETS_MAX - 1, 1],
  ]);
  assert.equal(rangeOf(SKETCH_BUCKETS_MAX - 1).upToMs, Number.POSITIVE_INFINITY);
  assert.equal(rangeOf(0).overMs, Number.NEGATIVE_INFINITY);
});

test('an empty sketch has no quantiles', () => {
  assert.equal(new DelaySketch().observed(), null);
  assert.ok(Number.isNaN(new DelaySketch().quantile(0.5)));
});

function sketchOf(values: readonly number[]): DelaySketch {
  const sketch = new DelaySketch();
  for (const value of values) sketch.add(value);
  return sketch;
}
