import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SeededRandom } from '../core/seeded-random.ts';
import { type Slot, SpillStore } from './spill-store.ts';

const KEPT = 400;

function textOf(n: number): string {
  return `${n} `.repeat(1 + ((n * 7) % 50));
}

test('stored bytes can be read, from memory or disk', () => {
  const vault = new SpillStore({ memoryBytes: 2_000 });
  const slots = Array.from({ length: KEPT }, (_, n) => vault.keep(Buffer.from(textOf(n))));
  assert.ok(slots.filter(({ file }) => file !== undefined).length > KEPT / 2);
  for (const [n, slot] of slots.entries()) assert.equal(vault.read(slot).toString(), textOf(n));
});

test('freed bytes are gone, and nothing else', () => {
  const random = new SeededRandom('vault');
  const vault = new SpillStore({ memoryBytes: 3_000 });
  const held = new Map<number, Slot>();
  for (let n = 0; n < KEPT; n++) {
    held.set(n, vault.keep(Buffer.from(textOf(n))));
    const chosen = random.int(0, n + 1);
    const slot = held.get(chosen);
    if (slot !== undefined && random.chance(0.5)) {
      vault.free(slot);
      held.delete(chosen);
      assert.throws(() => vault.read(slot), /freed/);
    }
  }
  for (const [n, slot] of held) assert.equal(vault.read(slot).toString(), textOf(n));
});

test('after the end only memory remains', () => {
  const vault = new SpillStore({ memoryBytes: 100 });
  const [first, last] = ['first '.repeat(20), 'last'].map((text) => vault.keep(Buffer.from(text)));
  assert.ok(first !== undefined && last !== undefined);
  vault.end();
  assert.throws(() => vault.read(first));
  assert.equal(vault.read(last).toString(), 'last');
});

test('a small buffer does not keep the pool that it is part of', () => {
  const vault = new SpillStore();
  const pooled = Buffer.from('a record');
  assert.ok(pooled.buffer.byteLength > pooled.length, 'Node takes small buffers from a pool');
  const kept = vault.read(vault.keep(pooled));
  assert.equal(kept.toString(), 'a record');
  assert.equal(kept.buffer.byteLength, kept.length);
});
