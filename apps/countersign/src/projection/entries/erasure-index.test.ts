import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ErasureBody } from '@countersign/ledger';
import { ErasureIndex, erasureText } from './erasure-index.ts';

const BODY: ErasureBody = {
  v: 1,
  by: 'dpo@host',
  atMs: Date.UTC(2026, 2, 2, 8, 30, 7, 125),
  case: 'DSR-1',
  reason: 'she asked',
  subjects: [],
  entries: 5,
  quarantined: 0,
  ranges: [
    [2, 4],
    [7, 8],
    [10, 12],
  ],
  fromMs: null,
  toMs: null,
  tenants: [],
};

/** A ledger with these bodies, by index. */
async function read(bodies: Readonly<Record<number, unknown>>): Promise<ErasureIndex> {
  const texts = new Map(Object.entries(bodies).map(([i, body]) => [Number(i), body]));
  return ErasureIndex.read({
    dir: '/nowhere',
    store: { indicesOfKind: () => [...texts.keys()] },
    reader: {
      body: async (index) => ({
        kind: 'present',
        bytes: Buffer.from(JSON.stringify(texts.get(index))),
        salt: new Uint8Array(16),
        locus: undefined,
      }),
    },
  });
}

test('finds an entry in the ranges of an erasure, and no other', async () => {
  const erasures = await read({ 20: BODY });
  const found = Array.from({ length: 14 }, (_, i) => i).filter((i) => erasures.of([i]));
  assert.deepEqual(found, [2, 3, 7, 10, 11]);
  assert.equal(erasures.of([1, 5, 11])?.index, 20);
  assert.equal(erasures.of([]), undefined);
});

test('names the latest of two erasures, and ignores other entries', async () => {
  const later = { ...BODY, ranges: [[3, 5]] };
  const erasures = await read({ 20: BODY, 30: later, 40: { v: 1, ranges: 'all' }, 50: null });
  assert.equal(erasures.of([2])?.index, 20);
  assert.equal(erasures.of([3])?.index, 30);
});

test('without the local keys no person is found in an erasure', async () => {
  const erasures = await read({ 20: { ...BODY, subjects: ['00'] } });
  assert.equal(erasures.isSubject(20, ['ann@example.com']), false);
});

test('one line states time, operator, reason and entry', async () => {
  const said = (await read({ 20: BODY })).of([7]);
  assert.ok(said !== undefined);
  const text = 'erased on 2026-03-02 08:30:07 UTC by dpo@host: she asked (case DSR-1, entry 20)';
  assert.equal(erasureText(said), text);
});
