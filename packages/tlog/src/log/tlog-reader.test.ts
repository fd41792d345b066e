import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { emptyRoot, leafHash } from '../merkle/merkle-hash.ts';
import { verifyConsistency, verifyInclusion } from '../merkle/merkle-proof.ts';
import { verifierOf } from '../notes/signature-types.ts';
import { ed25519Signer, formatNote, signNote } from '../notes/signed-note.ts';
import { MemoryLog, testKey } from '../testing/memory-log.ts';
import { type Checkpoint, formatCheckpoint, type SignedCheckpoint } from './checkpoint.ts';
import { TlogReader, type TlogSnapshot } from './tlog-reader.ts';
import type { FetchTile } from './verified-tiles.ts';

const IS_LONG = process.env.COUNTERSIGN_LONG === '1';
const ORIGIN = 'log.example/one';
const signer = ed25519Signer(ORIGIN, testKey('log'));
const trust = { log: verifierOf(signer.key) };

/** Three full tiles and one partial tile: 256 entries, then 100 at a time. */
const SIZES = [1, 255, 256, 300, 512, 700, 868];
const { log, checkpoints } = grownLog();

test('reads every entry at every size, and proves it', async () => {
  for (const checkpoint of checkpoints) {
    const snapshot = await snapshotOf(checkpoint);
    let count = 0;
    for await (const { index, entry } of snapshot.entries({ from: 0, to: checkpoint.size })) {
      assert.deepEqual(Buffer.from(entry), entryOf(index));
      assert.equal(index, count++);
    }
    assert.equal(count, checkpoint.size);
    for (const index of [0, checkpoint.size >> 1, checkpoint.size - 1]) {
      assert.ok(await isProven(snapshot, index, entryOf(index)));
    }
  }
});

test('reads a part of the entries', async () => {
  const snapshot = await snapshotOf(checkpoints.at(-1) as Checkpoint);
  const indices: number[] = [];
  for await (const { index } of snapshot.entries({ from: 510, to: 514 })) indices.push(index);
  assert.deepEqual(indices, [510, 511, 512, 513]);
  for await (const { index } of snapshot.entries({ from: 866, to: 9999 })) indices.push(index);
  assert.deepEqual(indices.slice(4), [866, 867]);
  assert.deepEqual(Buffer.from(await snapshot.entry(600)), entryOf(600));
});

test('recognizes every earlier checkpoint that the log extends', async () => {
  for (const newer of checkpoints) {
    const snapshot = await snapshotOf(newer);
    for (const older of checkpoints) {
      assert.equal(await snapshot.isExtensionOf(older), older.size <= newer.size);
      if (older.size > newer.size) continue;
      const proof = await snapshot.proveConsistency(older.size);
      const sizes = { oldSize: older.size, newSize: newer.size, proof };
      assert.ok(verifyConsistency({ ...sizes, oldRoot: older.root, newRoot: newer.root }));
    }
    const forked = { ...(checkpoints[0] as Checkpoint), root: leafHash(Buffer.from('other')) };
    assert.equal(await snapshot.isExtensionOf(forked), false);
    assert.equal(await snapshot.isExtensionOf({ ...newer, origin: 'log.example/two' }), false);
  }
});

test('falls back to full tiles if a log has deleted the partial ones', async () => {
  const pruned = grownLog().log;
  pruned.dropSupersededPartials();
  assert.ok(pruned.files.size < log.files.size);
  for (const checkpoint of checkpoints) {
    const snapshot = await snapshotOf(checkpoint, pruned.fetchTile);
    const last = checkpoint.size - 1;
    assert.deepEqual(Buffer.from(await snapshot.entry(last)), entryOf(last));
    assert.ok(await isProven(snapshot, last, entryOf(last)));
  }
});

test('detects every changed byte in a tile or bundle that it reads, and names the file', () => {
  const newest = checkpoints.at(-1) as Checkpoint;
  const paths = [...log.files.keys()].filter((path) => !/\.p\//.test(path) || isEdge(path));
  const place = fc.record({
    path: fc.constantFrom(...paths),
    at: fc.nat(),
    mask: fc.integer({ min: 1, max: 255 }),
  });
  return fc.assert(
    fc.asyncProperty(place, async ({ path, at, mask }) => {
      const fetchTile: FetchTile = async (wanted) => {
        const bytes = log.files.get(wanted);
        if (bytes === undefined || wanted !== path) return bytes;
        const changed = Buffer.from(bytes);
        changed[at % bytes.length] = (changed[at % bytes.length] as number) ^ mask;
        return changed;
      };
      await assert.rejects(readAll(newest, fetchTile), (error: Error & TlogErrorShape) => {
        assert.match(error.code, /^(LOG_INCONSISTENT|MALFORMED_TILE)$/);
        assert.ok(error.data.paths.includes(path), `${path} not in ${error.message}`);
        return true;
      });
    }),
    { numRuns: IS_LONG ? 1000 : 40 },
  );
});

test('names a resource that is missing, truncated or too long', async () => {
  const newest = checkpoints.at(-1) as Checkpoint;
  for (const path of ['tile/0/000', 'tile/0/003.p/100', 'tile/1/000.p/3', 'tile/entries/001']) {
    const damages: [(bytes: Uint8Array) => Uint8Array | undefined, RegExp][] = [
      [() => undefined, /^MISSING_RESOURCE$/],
      [(bytes) => bytes.subarray(0, -1), /^MALFORMED_TILE$/],
      [(bytes) => Buffer.concat([bytes, bytes.subarray(0, 32)]), /^MALFORMED_TILE$/],
      [() => new Uint8Array(0), /^MALFORMED_TILE$/],
    ];
    for (const [damage, code] of damages) {
      const fetchTile: FetchTile = async (wanted) => {
        const bytes = log.files.get(wanted);
        return bytes !== undefined && wanted === path ? damage(bytes) : bytes;
      };
      await assert.rejects(readAll(newest, fetchTile), (error: Error & TlogErrorShape) => {
        assert.match(error.code, code);
        assert.deepEqual(error.data.paths, [path]);
        return true;
      });
    }
  }
});

test('refuses indices and sizes that the checkpoint does not cover', async () => {
  const snapshot = await snapshotOf(checkpoints[0] as Checkpoint);
  for (const index of [1, -1, 0.5, 2 ** 53]) {
    await assert.rejects(snapshot.entry(index), { code: 'OUT_OF_RANGE' });
    await assert.rejects(snapshot.leafHash(index), { code: 'OUT_OF_RANGE' });
    await assert.rejects(snapshot.proveInclusion(index), { code: 'OUT_OF_RANGE' });
  }
  await assert.rejects(snapshot.proveConsistency(2), { code: 'OUT_OF_RANGE' });
});

test('reads an empty log, whose root is fixed', async () => {
  const empty = { origin: ORIGIN, size: 0, root: emptyRoot(), extensions: [] };
  const snapshot = await snapshotOf(empty);
  for await (const _ of snapshot.entries({ from: 0, to: 1 })) assert.fail('there is no entry');
  await assert.rejects(snapshotOf({ ...empty, root: leafHash(Buffer.alloc(0)) }), {
    code: 'LOG_INCONSISTENT',
  });
});

test('survives a checkpoint of the largest size', async () => {
  const huge = { origin: ORIGIN, size: Number.MAX_SAFE_INTEGER, root: emptyRoot(), extensions: [] };
  await assert.rejects(snapshotOf(huge), { code: 'MISSING_RESOURCE' });
});

test('verifies the checkpoint that a log serves, and reports a log that serves none', async () => {
  const { size, root } = checkpoints.at(-1) as Checkpoint;
  const note = formatNote(
    signNote(formatCheckpoint({ origin: ORIGIN, size, root, extensions: [] }), [signer]),
  );
  const shown = new TlogReader({ fetchTile: async () => Buffer.from(note), trust });
  assert.equal((await shown.checkpoint()).size, 868);
  const silent = new TlogReader({ fetchTile: async () => undefined, trust });
  await assert.rejects(silent.checkpoint(), { code: 'MISSING_RESOURCE' });
});

const TESSERA = join(import.meta.dirname, '../../../../../shared/data/tlog/tessera-log');
const TESSERA_VKEY =
  'example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx';

test('verifies a log written by Tessera at each of its checkpoints', {
  skip: existsSync(TESSERA) ? false : '../shared/data/tlog/tessera-log is not here',
}, async () => {
  const seen: { checkpoint: SignedCheckpoint; snapshot: TlogSnapshot }[] = [];
  for (let size = 0; size <= 15; size++) {
    const fetchTile: FetchTile = (path) =>
      readIfThere(join(TESSERA, path === 'checkpoint' ? `checkpoint.${size}` : path));
    const reader = new TlogReader({ fetchTile, trust: { log: verifierOf(TESSERA_VKEY) } });
    const checkpoint = await reader.checkpoint();
    assert.equal(checkpoint.size, size);
    seen.push({ checkpoint, snapshot: await reader.snapshot(checkpoint) });
  }
  const all = await entriesOf(seen[15]?.snapshot as TlogSnapshot);
  for (const { checkpoint, snapshot } of seen) {
    const entries = await entriesOf(snapshot);
    assert.deepEqual(entries, all.slice(0, checkpoint.size));
    for (const [index, entry] of entries.entries()) {
      assert.ok(await isProven(snapshot, index, entry), `${index} of ${checkpoint.size}`);
    }
    for (const older of seen) {
      const isOlder = older.checkpoint.size <= checkpoint.size;
      assert.equal(await snapshot.isExtensionOf(older.checkpoint), isOlder);
    }
  }
  const current = new TlogReader({
    fetchTile: (path) => readIfThere(join(TESSERA, path)),
    trust: { log: verifierOf(TESSERA_VKEY) },
  });
  assert.equal((await current.checkpoint()).size, 15);
});

type TlogErrorShape = { readonly code: string; readonly data: { readonly paths: string[] } };

function entryOf(index: number): Buffer {
  return Buffer.from(`entry ${index}`);
}

function grownLog(): { log: MemoryLog; checkpoints: Checkpoint[] } {
  const grown = new MemoryLog();
  const shown = SIZES.map((size) => {
    grown.append(...Array.from({ length: size - grown.size }, (_, i) => entryOf(grown.size + i)));
    return { origin: ORIGIN, size, root: grown.root(), extensions: [] };
  });
  return { log: grown, checkpoints: shown };
}

/** The partial tiles and the partial bundle of the newest size. */
function isEdge(path: string): boolean {
  return ['tile/0/003.p/100', 'tile/1/000.p/3', 'tile/entries/003.p/100'].includes(path);
}

function snapshotOf(
  checkpoint: Checkpoint,
  fetchTile: FetchTile = log.fetchTile,
): Promise<TlogSnapshot> {
  return new TlogReader({ fetchTile, trust }).snapshot(checkpoint);
}

async function readAll(checkpoint: Checkpoint, fetchTile: FetchTile): Promise<void> {
  await entriesOf(await snapshotOf(checkpoint, fetchTile));
}

async function entriesOf(snapshot: TlogSnapshot): Promise<Buffer[]> {
  const entries: Buffer[] = [];
  for await (const { entry } of snapshot.entries({ from: 0, to: snapshot.checkpoint.size })) {
    entries.push(Buffer.from(entry));
  }
  return entries;
}

async function isProven(
  snapshot: TlogSnapshot,
  index: number,
  entry: Uint8Array,
): Promise<boolean> {
  const { size, root } = snapshot.checkpoint;
  assert.deepEqual(await snapshot.leafHash(index), leafHash(entry));
  const proof = await snapshot.proveInclusion(index);
  return verifyInclusion({ index, size, root, leafHash: leafHash(entry), proof });
}

async function readIfThere(path: string): Promise<Uint8Array | undefined> {
  return existsSync(path) ? readFile(path) : undefined;
}
