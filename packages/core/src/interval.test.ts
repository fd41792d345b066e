import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { runs } from '../../../tools/property.ts';
import {
  covers,
  type Interval,
  type IntervalSet,
  intersect,
  interval,
  lengthMs,
  normalize,
  overlapOf,
  subtract,
  union,
} from './interval.ts';

/** The model: the set of instants 0 … UNIVERSE-1 as an array of booleans. */
const UNIVERSE = 40;

const anyInterval: fc.Arbitrary<Interval> = fc
  .tuple(fc.integer({ min: 0, max: UNIVERSE - 1 }), fc.integer({ min: 1, max: 12 }))
  .map(([from, length]) => ({ from, to: Math.min(from + length, UNIVERSE) }));
const intervals = fc.array(anyInterval, { maxLength: 8 });
const set = intervals.map(normalize);

function bitsOf(items: readonly Interval[]): boolean[] {
  return Array.from({ length: UNIVERSE }, (_, at) => items.some((i) => i.from <= at && at < i.to));
}

function assertNormal(items: IntervalSet): void {
  for (const [at, item] of items.entries()) {
    assert.ok(item.from < item.to, 'no interval is empty');
    const next = items[at + 1];
    if (next !== undefined) assert.ok(item.to < next.from, 'neighbors have a gap');
  }
}

test('refuses an interval that does not end after it starts', () => {
  for (const [from, to] of [
    [2, 2],
    [3, 2],
    [Number.NaN, 2],
    [1, Number.NaN],
    [Infinity, Infinity],
  ] as const) {
    assert.throws(() => interval(from, to), { code: 'INVALID_INTERVAL' });
  }
  assert.deepEqual(interval(-Infinity, Infinity), { from: -Infinity, to: Infinity });
});

test('normalizes any list to one form that holds the same instants', () => {
  const property = fc.property(intervals, (items) => {
    const normal = normalize(items);
    assertNormal(normal);
    assert.deepEqual(bitsOf(normal), bitsOf(items));
    assert.deepEqual(normalize(normal), normal);
    assert.deepEqual(normalize([...items].reverse()), normal);
  });
  fc.assert(property, runs(500));
});

test('drops intervals that are empty or not numbers', () => {
  const odd = [
    { from: 5, to: 5 },
    { from: 9, to: 3 },
    { from: Number.NaN, to: 3 },
  ];
  assert.deepEqual(normalize(odd), []);
});

test('joins intervals that only touch', () => {
  assert.deepEqual(
    normalize([
      { from: 0, to: 3 },
      { from: 3, to: 5 },
    ]),
    [{ from: 0, to: 5 }],
  );
});

test('unites, intersects and subtracts like sets of instants', () => {
  const property = fc.property(set, set, (a, b) => {
    const [inA, inB] = [bitsOf(a), bitsOf(b)];
    const cases: [IntervalSet, (x: boolean, y: boolean) => boolean][] = [
      [union(a, b), (x, y) => x || y],
      [intersect(a, b), (x, y) => x && y],
      [subtract(a, b), (x, y) => x && !y],
    ];
    for (const [result, rule] of cases) {
      assertNormal(result);
      assert.deepEqual(
        bitsOf(result),
        inA.map((x, at) => rule(x, inB[at] as boolean)),
      );
    }
  });
  fc.assert(property, runs(1000));
});

test('finds when at least two sets hold', () => {
  const property = fc.property(fc.array(set, { maxLength: 5 }), (sets) => {
    const bits = sets.map(bitsOf);
    const overlap = overlapOf(sets);
    assertNormal(overlap);
    assert.deepEqual(
      bitsOf(overlap),
      Array.from({ length: UNIVERSE }, (_, at) => bits.filter((each) => each[at]).length > 1),
    );
  });
  fc.assert(property, runs(500));
});

test('obeys the laws of sets', () => {
  const property = fc.property(set, set, set, (a, b, c) => {
    assert.deepEqual(union(a, b), union(b, a));
    assert.deepEqual(intersect(a, b), intersect(b, a));
    assert.deepEqual(union(a, union(b, c)), union(union(a, b), c));
    assert.deepEqual(intersect(a, intersect(b, c)), intersect(intersect(a, b), c));
    assert.deepEqual(intersect(a, union(b, c)), union(intersect(a, b), intersect(a, c)));
    assert.deepEqual(subtract(a, union(b, c)), subtract(subtract(a, b), c));
    assert.deepEqual(union(subtract(a, b), intersect(a, b)), a);
    assert.deepEqual(subtract(a, a), []);
    assert.deepEqual(intersect(a, a), a);
  });
  fc.assert(property, runs(500));
});

test('covers exactly the instants of the set: includes the start, excludes the end', () => {
  const property = fc.property(set, (a) => {
    const bits = bitsOf(a);
    for (let at = 0; at < UNIVERSE; at++) assert.equal(covers(a, at), bits[at]);
  });
  fc.assert(property, runs(300));
});

test('the length of a set is the number of instants in it', () => {
  const property = fc.property(set, set, (a, b) => {
    assert.equal(lengthMs(a), bitsOf(a).filter(Boolean).length);
    assert.equal(lengthMs(union(a, b)) + lengthMs(intersect(a, b)), lengthMs(a) + lengthMs(b));
  });
  fc.assert(property, runs(300));
});

test('accepts intervals without a beginning or an end', () => {
  const always = normalize([{ from: -Infinity, to: Infinity }]);
  const hour = normalize([{ from: 10, to: 20 }]);
  assert.deepEqual(subtract(always, hour), [
    { from: -Infinity, to: 10 },
    { from: 20, to: Infinity },
  ]);
  assert.deepEqual(intersect(always, hour), hour);
  assert.equal(lengthMs(always), Infinity);
});
