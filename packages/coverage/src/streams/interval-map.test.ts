import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { IntervalMap } from './interval-map.ts';

const window = fc
  .tuple(fc.nat(40), fc.integer({ min: 1, max: 12 }), fc.nat(3))
  .map(([from, length, value]) => ({ from, to: from + length, value }));

test('holds for each instant what a list of instants would hold', () => {
  fc.assert(
    fc.property(fc.array(window, { maxLength: 20 }), (windows) => {
      const map = new IntervalMap<string>();
      const model = new Map<number, string>();
      for (const { from, to, value } of windows) {
        const change = (old: string | undefined): string => `${old ?? ''}${value}`;
        map.update({ from, to }, change);
        for (let at = from; at < to; at++) model.set(at, change(model.get(at)));
        if (value === 0) map.join((a, b) => (a.value === b.value ? a.value : undefined));
        assertSame(map, model);
      }
      map.join((a, b) => (a.value === b.value ? a.value : undefined));
      assertSame(map, model);
    }),
    { seed: 11, numRuns: process.env['COUNTERSIGN_LONG'] === '1' ? 20_000 : 500 },
  );
});

test('joins only adjacent pieces', () => {
  const map = new IntervalMap<string>();
  for (const from of [0, 1, 3]) map.update({ from, to: from + 1 }, () => 'same');
  map.join((a) => a.value);
  assert.deepEqual(map.pieces, [
    { from: 0, to: 2, value: 'same' },
    { from: 3, to: 4, value: 'same' },
  ]);
});

function assertSame(map: IntervalMap<string>, model: ReadonlyMap<number, string>): void {
  const found = new Map<number, string>();
  let last = Number.NEGATIVE_INFINITY;
  for (const { from, to, value } of map.pieces) {
    assert.ok(from >= last && from < to, 'pieces are disjoint and in order');
    last = to;
    for (let at = from; at < to; at++) found.set(at, value);
  }
  assert.deepEqual(
    [...found].sort(([a], [b]) => a - b),
    [...model].sort(([a], [b]) => a - b),
  );
}
