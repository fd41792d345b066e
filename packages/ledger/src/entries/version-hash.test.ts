import assert from 'node:assert/strict';
import { createCipheriv } from 'node:crypto';
import { test } from 'node:test';
import { VersionHash } from './version-hash.ts';

const KEY = Buffer.alloc(32, 7);
const SEEDS = [Buffer.alloc(16, 1), Buffer.alloc(16, 2)] as const;

test('a version fingerprint is the AES-256-CBC-MAC of the digest, started from the seed', () => {
  const digests = Buffer.concat([Buffer.alloc(32, 3), Buffer.from([...Array(32).keys()])]);
  const hash = new VersionHash(KEY);
  for (let use = 0; use < 3; use++) {
    const found = hash.fingerprints(SEEDS, digests);
    SEEDS.forEach((seed, i) => {
      const cipher = createCipheriv('aes-256-cbc', KEY, seed).setAutoPadding(false);
      const blocks = cipher.update(digests.subarray(i * 32, i * 32 + 32));
      assert.deepEqual(found.subarray(i * 16, i * 16 + 16), blocks.subarray(16));
    });
  }
  assert.equal(hash.fingerprints([], Buffer.alloc(0)).length, 0);
});

test('every bit of digest, seed and key changes the fingerprint', () => {
  const digest = Buffer.alloc(32, 5);
  const of = (key: Buffer, seed: Buffer, value: Buffer): string =>
    new VersionHash(key).fingerprints([seed], value).toString('hex');
  const digests = new Set([of(KEY, SEEDS[0], digest)]);
  const keys = new Set(digests);
  const seeds = new Set(digests);
  for (let bit = 0; bit < 256; bit++) {
    digests.add(of(KEY, SEEDS[0], flipped(digest, bit)));
    keys.add(of(flipped(KEY, bit), SEEDS[0], digest));
    seeds.add(of(KEY, flipped(SEEDS[0], bit % 128), digest));
  }
  assert.deepEqual([digests.size, keys.size, seeds.size], [257, 257, 129]);
});

function flipped(bytes: Buffer, bit: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[bit >> 3] = (copy[bit >> 3] as number) ^ (1 << (bit & 7));
  return copy;
}
