import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { test } from 'node:test';
import {
  BLOCK_WORDS,
  blockCount,
  blockOf,
  bucketOf,
  directoryLength,
  filterAdd,
  filterHas,
} from './bloom-filter.ts';
import { PART_REST } from './key-format.ts';

test('finds every key, and accepts few absent keys', () => {
  const count = 50_000;
  const blocks = blockCount(count);
  const filter = new Int32Array(blocks * BLOCK_WORDS);
  const ask = ([word0, word1, word2]: readonly [number, number, number]): boolean =>
    filterHas(filter, blockOf(word0, blocks), word1, word2);
  for (let i = 0; i < count; i++) {
    const [word0, word1, word2] = words(`key ${i}`);
    filterAdd(filter, blockOf(word0, blocks), word1, word2);
  }
  let wrong = 0;
  for (let i = 0; i < count; i++) {
    assert.ok(ask(words(`key ${i}`)));
    if (ask(words(`other ${i}`))) wrong++;
  }
  assert.ok(wrong / count < 0.004, `${wrong} of ${count}`);
});

test('uses less than two bytes per key', () => {
  for (const count of [10_000, 65_536, 4_000_000]) {
    const bytes = blockCount(count) * BLOCK_WORDS * 4 + directoryLength(count) * 4;
    assert.ok(bytes / count <= 1.9, `${bytes / count} at ${count}`);
  }
});

test('puts the first and the last key of a part into the first and the last block', () => {
  for (const count of [1, 36, 37, 72, 73, 1000]) {
    const blocks = blockCount(count);
    assert.equal(blockOf(0, blocks), 0);
    assert.equal(blockOf(PART_REST, blocks), blocks - 1);
    assert.equal(bucketOf(blocks - 1) + 2, directoryLength(count));
  }
  assert.equal(directoryLength(0), 0);
});

function words(text: string): readonly [number, number, number] {
  const bytes = hash('sha256', text, 'buffer');
  return [bytes.readInt32LE(0), bytes.readInt32LE(4), bytes.readInt32LE(8)];
}
