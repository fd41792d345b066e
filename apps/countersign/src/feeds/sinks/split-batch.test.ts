import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { runs } from '../../../../../tools/property.ts';
import { hostileText } from '../testing/deliveries.ts';
import { splitBatch } from './split-batch.ts';

const encoded = fc
  .array(hostileText, { maxLength: 40 })
  .map((texts) => texts.map((text, index) => ({ index, text })));

test('bodies keep all records in order, within the limit, and are not smaller than needed', () => {
  const limit = fc.record({
    records: fc.integer({ min: 1, max: 10 }),
    bytes: fc.integer({ min: 1, max: 60 }),
    frameBytes: fc.constantFrom(0, 2),
    separatorBytes: fc.constantFrom(0, 1),
  });
  const sizeOf = (texts: readonly string[], frame: number, separator: number): number =>
    frame + Buffer.byteLength(texts.join('')) + separator * (texts.length - 1);
  fc.assert(
    fc.property(encoded, limit, (records, { records: most, bytes, ...overhead }) => {
      const batches = splitBatch(records, { records: most, bytes, ...overhead });
      assert.deepEqual(batches.flat(), records);
      const { frameBytes, separatorBytes } = overhead;
      for (const [at, batch] of batches.entries()) {
        const texts = batch.map(({ text }) => text);
        assert.ok(texts.length > 0 && texts.length <= most);
        assert.ok(texts.length === 1 || sizeOf(texts, frameBytes, separatorBytes) <= bytes);
        const next = batches[at + 1]?.[0];
        if (next === undefined || texts.length === most) continue;
        assert.ok(sizeOf([...texts, next.text], frameBytes, separatorBytes) > bytes);
      }
    }),
    runs(300),
  );
});
