import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { runs } from '../../../../../tools/property.ts';
import { folder, row, rowsIn, START_MS, storeOf } from '../testing/rows.ts';

/** Texts that a wrong escape would change. */
const HOSTILE = ['', '"', '\\', '\\u0041', '\u0000', '\n\t\u001f\u007f', '[1,null]', '😀 é ﷽'];
const text = orNull(fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ unit: 'grapheme' })));
const count = fc.oneof(fc.constantFrom(0, 1, Number.MAX_SAFE_INTEGER), fc.nat());
const smallNumber = fc.nat({ max: 2 ** 31 - 1 });

const rowParts = fc.record({
  source: fc.constantFrom('m365.export/unified-audit-log', 'graph/signIns'),
  erased: fc.boolean(),
  seenMs: fc.integer({ min: 0, max: 4_102_444_800_000 }),
  timeMs: fc.integer({ min: START_MS, max: START_MS + 1000 }),
  ...{ statusCode: text, operation: text, workload: text, ip: text, userAgent: text },
  ...{ sessionUid: text, tokenUid: text, appUid: text, appName: text, resourceName: text },
  ...{ mailbox: text, site: text, object: text, targetName: text, folder: text, sender: text },
  ...{ recordType: orNull(smallNumber), tokenIssuedMs: orNull(fc.constant(START_MS)) },
  ...{ isMfa: fc.constantFrom(null, 0, 1), isThrottled: fc.boolean() },
  ...{ itemCount: count, byteCount: orNull(count) },
});

test('reads every row as it was written', async (t) => {
  const property = fc.asyncProperty(
    fc.array(rowParts, { minLength: 1, maxLength: 20 }),
    async (all) => {
      const dir = await folder(t);
      const rows = all.map((parts, index) =>
        row(index, { ...parts, entries: [index, 1000 + index] }),
      );
      const store = await storeOf(dir, [rows]);
      const expected = rows.toSorted(
        (a, b) => a.event.timeMs - b.event.timeMs || a.index - b.index,
      );
      assert.deepEqual(await rowsIn(dir), expected);
      // A compacted file has another writer.
      await store.compact({ partitionRowsMin: 1, partitionRestMin: 1 });
      store.close();
      assert.deepEqual(await rowsIn(dir), expected);
    },
  );
  await fc.assert(property, runs(12, 200));
});

function orNull<T>(values: fc.Arbitrary<T>): fc.Arbitrary<T | null> {
  return fc.option(values, { nil: null });
}
