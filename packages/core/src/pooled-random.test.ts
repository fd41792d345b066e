import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { PooledRandom } from './pooled-random.ts';

/** Every four bytes are a number that occurs once. */
function countingSource() {
  let next = 1;
  return {
    fill(into: Uint8Array): Uint8Array {
      const words = new DataView(into.buffer, into.byteOffset, into.length);
      for (let at = 0; at + 4 <= into.length; at += 4) words.setUint32(at, next++);
      return into;
    },
  };
}

test('hands out each byte of its source once, for any sizes', () => {
  const sizes = fc.array(
    fc.nat({ max: 1500 }).map((words) => words * 4),
    { maxLength: 60 },
  );
  fc.assert(
    fc.property(sizes, (asked) => {
      const random = new PooledRandom(countingSource());
      const seen = new Set<number>();
      for (const size of asked) {
        const into = random.fill(new Uint8Array(size));
        assert.equal(into.length, size);
        const words = new DataView(into.buffer);
        for (let at = 0; at < size; at += 4) {
          const word = words.getUint32(at);
          assert.ok(word !== 0 && !seen.has(word), `${word} is new`);
          seen.add(word);
        }
      }
    }),
  );
});
