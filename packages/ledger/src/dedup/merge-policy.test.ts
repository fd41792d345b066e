import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { runs as propertyRuns } from '../../../../tools/property.ts';
import { planMerge, type RunSize } from './merge-policy.ts';

const TABLE = 1000;

test('merges three runs of one size, and leaves two', () => {
  assert.equal(planMerge(runs([TABLE, TABLE]), TABLE), undefined);
  assert.equal(planMerge(runs([TABLE, TABLE, TABLE]), TABLE), 0);
  assert.equal(planMerge(runs([9 * TABLE, TABLE, TABLE, TABLE]), TABLE), 1);
});

test('merges as many levels at once as become full', () => {
  const sizes = [9, 3, 3, 1, 1, 1].map((tables) => tables * TABLE);
  assert.equal(planMerge(runs(sizes), TABLE), 1);
});

test('writes a key about once per level, and keeps few runs', () => {
  let sizes: number[] = [];
  let written = 0;
  let runCountMax = 0;
  for (let tables = 1; tables <= 1000; tables++) {
    sizes.push(TABLE);
    written += TABLE;
    for (let first = planMerge(runs(sizes), TABLE); first !== undefined; ) {
      const merged = sizes.slice(first).reduce((sum, size) => sum + size, 0);
      sizes = [...sizes.slice(0, first), merged];
      written += merged;
      first = planMerge(runs(sizes), TABLE);
    }
    runCountMax = Math.max(runCountMax, sizes.length);
  }
  assert.ok(written / (1000 * TABLE) < 8, `each key was written ${written / (1000 * TABLE)} times`);
  assert.ok(runCountMax <= 2 * 7, `${runCountMax} runs`);
});

test('keeps few runs for any sizes of imports', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: TABLE }), { minLength: 200 }), (imports) => {
      let sizes: number[] = [];
      for (const size of imports) {
        sizes.push(size);
        for (let first = planMerge(runs(sizes), TABLE); first !== undefined; ) {
          assert.ok(first < sizes.length - 1, 'a merge takes at least two runs');
          sizes = [...sizes.slice(0, first), sizes.slice(first).reduce((a, b) => a + b)];
          first = planMerge(runs(sizes), TABLE);
        }
      }
      assert.ok(sizes.length <= 10 + 2 * 7, `${sizes.length} runs`);
    }),
    propertyRuns(50),
  );
});

function runs(sizes: readonly number[]): RunSize[] {
  let to = 0;
  return sizes.map((size) => {
    const from = to;
    to += size;
    return { from, to };
  });
}
