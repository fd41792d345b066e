import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { runs } from '../../../../tools/property.ts';
import { RECORD_WORDS } from './key-format.ts';
import { compareRecords, countByPart, sortByParts } from './sort-records.ts';

/** Words with few values, so that records agree in some of them, and sometimes in all. */
const word = fc.oneof(
  fc.nat(3),
  fc.integer({ min: 0, max: 0xffff_ffff }),
  fc.constant(0xf800_0000),
);

test('sorts the records of each part by all their words', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(word, word, word, word, word, word, word, word), { maxLength: 200 }),
      (records) => {
        const words = Uint32Array.from(records.flat());
        const sorted: number[][] = [];
        const counts: number[] = [];
        sortByParts(words, records.length, (part) => {
          counts.push(part.rows.length);
          for (const row of part.rows) {
            const at = row * RECORD_WORDS;
            sorted.push([...part.words.subarray(at, at + RECORD_WORDS)]);
          }
        });
        const expected = records.toSorted((a, b) =>
          compareRecords(Uint32Array.from(a), 0, Uint32Array.from(b), 0),
        );
        assert.deepEqual(sorted, expected);
        assert.deepEqual(counts, countByPart(words, records.length));
      },
    ),
    runs(200, 5000),
  );
});

test('records compare as unsigned numbers, word by word', () => {
  const compare = (a: number[], b: number[]): number =>
    Math.sign(compareRecords(Uint32Array.from(a), 0, Uint32Array.from(b), 0));
  assert.equal(compare([0xffff_ffff, 0, 0, 0, 0, 0, 0, 0], [1, 9, 9, 9, 9, 9, 9, 9]), 1);
  assert.equal(compare([1, 2, 3, 4, 5, 6, 7, 8], [1, 2, 3, 4, 5, 6, 7, 9]), -1);
  assert.equal(compare([1, 2, 3, 4, 5, 6, 7, 8], [1, 2, 3, 4, 5, 6, 7, 8]), 0);
});
