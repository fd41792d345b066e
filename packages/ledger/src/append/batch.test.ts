import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { test } from 'node:test';
import { RECORD_BYTES_MAX, type RecordDraft, type TenantId } from '@countersign/core';
import { decodeBundle, leafHash } from '@countersign/tlog';
import fc from 'fast-check';
import { runs } from '../../../../tools/property.ts';
import { openBlock } from '../archive/merge-blocks.ts';
import { DerivedKeys, KeyedHash } from '../entries/keyed-hash.ts';
import { parseLeaf } from '../entries/leaf.ts';
import { type Frame, readFrame } from '../journal/journal-frame.ts';
import { BATCH_ENTRIES_MAX, BLOCK_BODY_BYTES_MIN } from '../limits.ts';
import { diceOf, randomOf } from '../testing/crash-model.ts';
import { fingerprintBatch } from './fingerprint-batch.ts';
import { type BatchAssignment, prepareBatch } from './prepare-batch.ts';

const TENANT = '4d1f2a60-97b3-4c58-8e21-5a0c9be7d3f4' as TenantId;
const KEYS = { id: new Uint8Array(32).fill(1), fingerprint: new Uint8Array(32).fill(2) };
const SEEN_MS = Date.UTC(2026, 0, 2, 3, 4, 5, 6);
const GUID = '11111111-2222-4333-8444-555555555555';

function draft(over: Partial<RecordDraft> = {}): RecordDraft {
  const body = Buffer.from('{"Operation":"Send"}');
  const at = '2024-01-12T08:31:07Z';
  return { kind: 'record', tenant: TENANT, source: 'other/json', id: GUID, at, body, ...over };
}

function accepting(accepted: readonly number[], baseIndex: number = 1000): BatchAssignment {
  const none = new Map<number, never>();
  return {
    baseIndex,
    seenMs: SEEN_MS,
    accepted: Uint32Array.from(accepted),
    duplicateOf: none,
    earlier: none,
  };
}

function frameOf(drafts: readonly RecordDraft[], accepted: readonly number[]): Frame {
  const fingerprints = fingerprintBatch(drafts, KEYS);
  const prepared = prepareBatch(drafts, fingerprints, accepting(accepted), randomOf(diceOf(1)));
  const frame = readFrame(Buffer.from(prepared.frame), 0);
  assert.ok(frame !== undefined);
  return frame;
}

const row = (column: Uint8Array, i: number): string =>
  Buffer.from(column.subarray(i * 16, (i + 1) * 16)).toString('hex');

test('a frame holds matching leaves, hashes and bodies', () => {
  const drafts = fc.array(
    fc.record({
      body: fc.uint8Array({ maxLength: 600 }),
      id: fc.option(fc.oneof(fc.uuid(), fc.string()), { nil: undefined }),
      source: fc.constantFrom('other/json', 'graph/signIns'),
      isAccepted: fc.boolean(),
    }),
    { minLength: 1, maxLength: 60 },
  );
  fc.assert(
    fc.property(drafts, (list) => {
      const batch = list.map((item) => draft({ ...item, body: Buffer.from(item.body) }));
      const accepted = list.flatMap(({ isAccepted }, i) => (isAccepted ? [i] : []));
      if (accepted.length === 0) return;
      const { ids, versions, actions } = fingerprintBatch(batch, KEYS);
      const frame = frameOf(batch, accepted);
      const leaves = decodeBundle(frame.leaves, accepted.length);
      const opened = openBlock({
        ...(frame.blocks[0] as Frame['blocks'][0]),
        place: { path: '', at: 0 },
      });
      accepted.forEach((position, i) => {
        const { body, source } = batch[position] as RecordDraft;
        const leaf = parseLeaf(leaves[i] as Uint8Array);
        const salt = opened.meta.salts.subarray(i * 16, (i + 1) * 16);
        const digest = createHash('sha256').update(body).digest();
        const commitment = createHash('sha256').update(salt).update(digest).digest('hex');
        assert.deepEqual(leaf, {
          kind: 'record',
          tenant: TENANT,
          source,
          id: ids[position],
          at: '2024-01-12T08:31:07Z',
          seen: '2026-01-02T03:04:05.006Z',
          size: body.length,
          commitment,
        });
        assert.deepEqual(
          leafHash(leaves[i] as Uint8Array),
          frame.hashes.subarray(i * 32, (i + 1) * 32),
        );
        assert.equal(row(opened.meta.versions, i), row(versions, position));
        assert.equal(row(opened.meta.actions, i), row(actions, position));
      });
      const bodies = accepted.map((position) => (batch[position] as RecordDraft).body);
      assert.deepEqual(opened.bodies, Buffer.concat(bodies));
    }),
    runs(100),
  );
});

test('a frame with any flipped bit is refused', () => {
  const prepared = prepareBatch(
    [draft()],
    fingerprintBatch([draft()], KEYS),
    accepting([0]),
    randomOf(diceOf(1)),
  );
  for (let bit = 0; bit < prepared.frame.length * 8; bit++) {
    const frame = Buffer.from(prepared.frame);
    frame[bit >> 3] = (frame[bit >> 3] as number) ^ (1 << (bit & 7));
    assert.equal(readFrame(frame, 0), undefined, `bit ${bit}`);
  }
});

test('a long batch is split into blocks that can be read one by one', () => {
  const drafts = Array.from({ length: 40 }, (_, i) => draft({ body: Buffer.alloc(100_000, i) }));
  const frame = frameOf(
    drafts,
    drafts.map((_, i) => i),
  );
  assert.equal(frame.blocks.length, 12);
  let next = 1000;
  for (const { header } of frame.blocks) {
    assert.equal(header.firstIndex, next);
    assert.ok(header.bodyBytes >= BLOCK_BODY_BYTES_MIN, `${header.bodyBytes} bytes`);
    next += header.count;
  }
  assert.equal(next, 1040);
});

test('the leaf buffer grows for leaves that are longer than usual', () => {
  const drafts = Array.from({ length: 100 }, () =>
    draft({ source: 's'.repeat(200), at: '2024-01-12T08:31:07.1234567Z' }),
  );
  assert.equal(
    decodeBundle(
      frameOf(
        drafts,
        drafts.map((_, i) => i),
      ).leaves,
      100,
    ).length,
    100,
  );
});

test('equal bytes of one tenant and source get one version fingerprint', () => {
  const { versions } = fingerprintBatch(
    [
      draft(),
      draft({ id: 'another', at: '2020-01-01T00:00:00Z' }),
      draft({ source: 'graph/signIns' }),
      draft({ tenant: '-' as TenantId }),
      draft({ body: Buffer.from('{}') }),
    ],
    KEYS,
  );
  const rows = [0, 1, 2, 3, 4].map((i) => row(versions, i));
  assert.equal(rows[0], rows[1]);
  assert.equal(new Set(rows).size, 4);
});

test('all records of one action share its key, and no other record has it', () => {
  const { actions, ids } = fingerprintBatch(
    [
      draft(),
      draft({
        id: GUID.replace(/1/g, '1').toUpperCase(),
        source: 'graph/signIns',
        body: Buffer.from('x'),
      }),
      draft({ id: 'ada@example.com' }),
      draft({ id: 'ada@example.com', body: Buffer.from('y') }),
      draft({ id: undefined }),
      draft({ id: undefined, body: Buffer.from('z') }),
    ],
    KEYS,
  );
  const rows = [0, 1, 2, 3, 4, 5].map((i) => row(actions, i));
  assert.equal(rows[0], rows[1]);
  assert.equal(rows[2], rows[3]);
  assert.equal(new Set(rows).size, 4);
  assert.deepEqual(
    ids.map((id) => id[0]),
    ['1', '1', '~', '~', '=', '='],
  );
  assert.ok(!ids.join('').includes('nobody'), 'a leaf holds nothing personal');
});

test('derived keys that many batches share change no fingerprint', () => {
  const derived = new DerivedKeys(KEYS);
  const sources = Array.from({ length: 5000 }, (_, n) => `other/feed-${n}`);
  // More than the cache holds, so that the first ones are derived again.
  for (const source of sources) derived.seed(TENANT, source);
  for (const source of [...sources.slice(0, 3), ...sources.slice(-3)]) {
    for (const id of [GUID, 'ada@example.com', undefined]) {
      const drafts = [draft({ source, id }), draft({ source, id, body: Buffer.from(source) })];
      assert.deepEqual(fingerprintBatch(drafts, KEYS, derived), fingerprintBatch(drafts, KEYS));
    }
  }
});

test('action keys of similar ids are spread evenly', () => {
  const drafts = Array.from({ length: 4096 }, (_, i) =>
    draft({ id: `00000000-0000-0000-0000-${i.toString(16).padStart(12, '0')}` }),
  );
  const { actions } = fingerprintBatch(drafts, KEYS);
  for (let byte = 0; byte < 16; byte++) {
    const counts = new Array<number>(16).fill(0);
    for (let i = 0; i < drafts.length; i++) {
      const bucket = (actions[i * 16 + byte] as number) >> 4;
      counts[bucket] = (counts[bucket] as number) + 1;
    }
    // 256 expected, standard deviation below 16; the limit is seven standard deviations.
    assert.ok(
      counts.every((count) => count > 144 && count < 368),
      `byte ${byte}: ${counts}`,
    );
  }
});

test('keyed hashes are HMAC-SHA256, for short and long texts', () => {
  for (const text of ['', 'a', 'ü'.repeat(3000), 'x'.repeat(4096), 'x'.repeat(4097)]) {
    const key = Buffer.alloc(32, 7);
    const expected = createHmac('sha256', key).update(text).digest('hex').slice(0, 32);
    assert.equal(new KeyedHash(key).hex16(text), expected);
  }
});

test('refuses a draft that cannot become an entry before anything gets an index', () => {
  const locus = { importNumber: 1, row: 1, offset: 0.5, length: 1 };
  const invalid = [
    draft({ at: 'yesterday' }),
    draft({ source: 'a b' }),
    draft({ locus }),
    draft({ body: Buffer.alloc(RECORD_BYTES_MAX + 1) }),
    draft({ tenant: 'contoso' as TenantId }),
  ];
  for (const item of invalid) {
    assert.throws(() => fingerprintBatch([draft(), item], KEYS), { code: 'INVALID_DRAFT' });
  }
  const many = new Array<RecordDraft>(BATCH_ENTRIES_MAX + 1).fill(draft());
  assert.throws(() => fingerprintBatch(many, KEYS), { code: 'BATCH_TOO_LARGE' });
  const long = new Array<RecordDraft>(5).fill(draft({ body: Buffer.alloc(RECORD_BYTES_MAX) }));
  assert.throws(() => fingerprintBatch(long, KEYS), { code: 'BATCH_TOO_LARGE' });
});
