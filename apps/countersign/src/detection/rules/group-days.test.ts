import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { runs as runsOf } from '../../../../../tools/property.ts';
import { batches, byGroup, type GroupDay, runs } from './group-days.ts';

const DAYS = fc.array(
  fc
    .tuple(
      fc.constantFrom('a', 'b', 'c'),
      fc.constantFrom('1', '2'),
      fc.integer({ min: -3, max: 3 }),
    )
    .map(([stream, group, day]): GroupDay => ({ stream, group, day })),
  { maxLength: 40 },
);

test('in order, each group is one run, and no day is lost', () => {
  fc.assert(
    fc.property(DAYS, (days) => {
      const found = [...runs(days.toSorted(byGroup))];
      const names = found.map(({ stream, group }) => `${stream} ${group}`);
      assert.equal(new Set(names).size, names.length);
      const apart = found.flatMap(({ stream, group, days: own }) =>
        own.map((day): GroupDay => ({ stream, group, day })),
      );
      assert.deepEqual(apart, days.toSorted(byGroup));
    }),
    runsOf(100),
  );
});

test('batches have one stream and a size limit, and together hold all days in order', () => {
  fc.assert(
    fc.property(DAYS, fc.integer({ min: 1, max: 9 }), (days, most) => {
      const found = [...batches(days, most)];
      assert.deepEqual(found.flat(), days);
      for (const batch of found) {
        assert.ok(batch.length > 0 && batch.length <= most);
        assert.equal(new Set(batch.map(({ stream }) => stream)).size, 1);
      }
    }),
    runsOf(100),
  );
});
