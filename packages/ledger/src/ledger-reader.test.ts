import assert from 'node:assert/strict';
import { randomFillSync } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { test } from 'node:test';
import { systemClock } from '@countersign/core';
import { leafHash, verifyConsistency, verifyInclusion } from '@countersign/tlog';
import { temporaryFolder } from '@countersign/tlog/testing/witnessed-log';
import { IS_LONG } from '../../../tools/property.ts';
import { BLOCK_HEADER_BYTES, decodeBlockHeader, encodeBlock } from './archive/block.ts';
import { encodeMeta } from './archive/block-metadata.ts';
import { openBlock } from './archive/merge-blocks.ts';
import { SEGMENT_HEADER_BYTES } from './archive/segment.ts';
import { listSegments } from './archive/segment-list.ts';
import { type Disk, type FileId, nodeFiles } from './disk/disk.ts';
import { fsck } from './fsck/fsck.ts';
import { Ledger } from './ledger.ts';
import { LedgerReader } from './ledger-reader.ts';
import { numbered } from './testing/numbered-draft.ts';

const random = { fill: randomFillSync };

async function inFolder(run: (dir: string) => Promise<void>): Promise<void> {
  const folder = temporaryFolder();
  try {
    await run(join(folder.path, 'data'));
  } finally {
    folder[Symbol.dispose]();
  }
}

const open = (dir: string, integration: 'timer' | 'manual' = 'manual'): Promise<Ledger> =>
  Ledger.open({ dir, clock: systemClock, random, integration });

const batch = (from: number, to: number): ReturnType<typeof numbered>[] =>
  Array.from({ length: to - from }, (_, i) => numbered(from + i));

async function isClean(dir: string): Promise<void> {
  assert.deepEqual((await fsck({ dir, threads: 0 })).problems, []);
}

test('a folder without a ledger gives NO_LEDGER', async () => {
  await inFolder(async (dir) => {
    await assert.rejects(LedgerReader.open(dir), { code: 'NO_LEDGER' });
  });
});

test('a reader sees the published entries, and newer ones only after a refresh', async () => {
  await inFolder(async (dir) => {
    const ledger = await open(dir);
    await ledger.append(batch(0, 10));
    const reader = await LedgerReader.open(dir);
    assert.equal(reader.size, 0);
    await assert.rejects(reader.body(0), { code: 'OUT_OF_RANGE' });
    await assert.rejects(reader.leaf(0), { code: 'OUT_OF_RANGE' });
    await ledger.publish();
    assert.equal(reader.size, 0);
    await reader.refresh();
    assert.equal(reader.size, 10);
    assert.equal((await reader.body(9)).kind, 'present');
    reader.close();
    await ledger.close();
    await isClean(dir);
  });
});

test('every entry and every pair of sizes can be proved', async () => {
  await inFolder(async (dir) => {
    const ledger = await open(dir);
    const roots = new Map<number, Uint8Array>();
    for (const size of [1, 2, 3, 7, 255, 256, 257, 400]) {
      await ledger.append(batch(ledger.size, size));
      roots.set(size, (await ledger.publish()).root);
    }
    const reader = await LedgerReader.open(dir);
    const { size, root } = reader.checkpoint;
    for (let index = 0; index < size; index += 13) {
      const proof = await reader.proveInclusion(index);
      const entry = leafHash((await reader.leaf(index)).bytes);
      assert.ok(verifyInclusion({ index, size, root, leafHash: entry, proof }));
    }
    for (const [oldSize, oldRoot] of roots) {
      for (const [newSize, newRoot] of roots) {
        if (oldSize > newSize) continue;
        const proof = await reader.proveConsistency(oldSize, newSize);
        assert.ok(verifyConsistency({ oldSize, oldRoot, newSize, newRoot, proof }));
      }
    }
    reader.close();
    await ledger.close();
    await isClean(dir);
  });
});

/** A disk that reports each read of a segment: how many bytes, and where in the file. */
function noticingBodyReads(dir: string, notice: (length: number, at: number) => void): Disk {
  const opened = new Map<FileId, string>();
  return {
    ...nodeFiles,
    open: (path, mode) => {
      const file = nodeFiles.open(path, mode);
      opened.set(file, path);
      return file;
    },
    read: (file, into, at) => {
      if (opened.get(file)?.startsWith(join(dir, 'bodies')) === true) notice(into.length, at);
      return nodeFiles.read(file, into, at);
    },
  };
}

test('a reader unpacks a block once for several bodies, in any order', async () => {
  await inFolder(async (dir) => {
    const ledger = await open(dir);
    // More than one block has bytes for.
    for (let at = 0; at < 6000; at += 500) await ledger.append(batch(at, at + 500));
    await ledger.publish();
    let bodyReads = 0;
    const files = noticingBodyReads(dir, () => {
      bodyReads += 1;
    });
    const reader = await LedgerReader.open(dir, { files });
    const firstAndLast = [0, 5999];
    for (const index of firstAndLast) await reader.body(index);
    const readsOnce = bodyReads;
    for (const index of [...firstAndLast, 1, 5998, 2, 5997]) {
      const body = await reader.body(index);
      assert.ok(body.kind === 'present');
      assert.deepEqual(Buffer.from(body.bytes), numbered(index).body);
    }
    assert.equal(bodyReads, readsOnce);
    // An erasure rewrites the block: nothing that was unpacked before may be returned, even by a
    // reader that does not know of the erasure.
    await ledger.rewriteWithout([1]);
    assert.equal((await reader.body(1)).kind, 'erased');
    assert.equal((await reader.body(2)).kind, 'present');
    await ledger.rewriteWithout([2]);
    for await (const part of reader.scan({ from: 2, to: 3 })) {
      assert.equal(part.body(0).kind, 'erased');
    }
    reader.close();
    await ledger.close();
  });
});

test('a reader that follows a ledger reads no block header twice', async () => {
  await inFolder(async (dir) => {
    const ledger = await open(dir);
    const appendBlock = async (): Promise<void> => {
      await ledger.append(batch(ledger.size, ledger.size + 1));
      await ledger.publish();
    };
    for (let block = 0; block < 50; block++) await appendBlock();
    let reads = 0;
    const files = noticingBodyReads(dir, () => {
      reads += 1;
    });
    const reader = await LedgerReader.open(dir, { files });
    const readsOfNext = async (): Promise<number> => {
      const from = reader.size;
      await appendBlock();
      await reader.refresh();
      reads = 0;
      for await (const { firstIndex, count } of reader.scan({ from })) {
        assert.deepEqual([firstIndex, count], [from, 1]);
      }
      return reads;
    };
    await readsOfNext();
    const few = await readsOfNext();
    assert.ok(few < 10, `${few} reads`);
    for (let block = 0; block < 50; block++) await appendBlock();
    await reader.refresh();
    await readsOfNext();
    assert.equal(await readsOfNext(), few);
    reader.close();
    await ledger.close();
    await isClean(dir);
  });
});

test('a refresh without anything new verifies nothing again, and keeps blocks', async () => {
  await inFolder(async (dir) => {
    const ledger = await open(dir);
    await ledger.append(batch(0, 600));
    await ledger.publish();
    const opened: string[] = [];
    const files: Disk = {
      ...nodeFiles,
      open: (path, mode) => {
        opened.push(relative(dir, path));
        return nodeFiles.open(path, mode);
      },
    };
    const reader = await LedgerReader.open(dir, { files });
    const before = await reader.body(500);
    opened.length = 0;
    await reader.refresh();
    assert.deepEqual(opened.sort(), ['countersign.json', join('ledger', 'checkpoint')]);
    assert.deepEqual(await reader.body(500), before);
    assert.equal(opened.length, 2);
    await ledger.append(batch(600, 601));
    await ledger.publish();
    await reader.refresh();
    assert.equal(reader.size, 601);
    assert.equal((await reader.body(600)).kind, 'present');
    reader.close();
    await ledger.close();
  });
});

test('a refresh closes the file of a segment that an erasure has replaced', async () => {
  await inFolder(async (dir) => {
    const ledger = await open(dir);
    await ledger.append(batch(0, 10));
    await ledger.publish();
    const opened = new Set<FileId>();
    const files: Disk = {
      ...noticingBodyReads(dir, () => {}),
      open: (path, mode) => {
        const file = nodeFiles.open(path, mode);
        if (path.startsWith(join(dir, 'bodies'))) opened.add(file);
        return file;
      },
      close: (file) => {
        opened.delete(file);
        nodeFiles.close(file);
      },
    };
    const reader = await LedgerReader.open(dir, { files });
    assert.equal((await reader.body(3)).kind, 'present');
    assert.equal(opened.size, 1);
    await ledger.rewriteWithout([3]);
    await reader.refresh();
    assert.equal(opened.size, 0);
    assert.equal((await reader.body(3)).kind, 'erased');
    assert.equal((await reader.body(4)).kind, 'present');
    reader.close();
    await ledger.close();
  });
});

test('a scan yields every entry of its range once, in order', async () => {
  await inFolder(async (dir) => {
    const ledger = await open(dir);
    for (let i = 0; i < 12; i++) {
      await ledger.append(batch(i * 150, i * 150 + 150));
      if (i % 4 === 0) await ledger.publish();
    }
    await ledger.rewriteWithout([700, 701]);
    const reader = await LedgerReader.open(dir);
    for (const [from, to] of [
      [0, 1800],
      [100, 1301],
      [700, 702],
      [1799, 5000],
      [5, 5],
    ] as const) {
      const seen: number[] = [];
      for await (const part of reader.scan({ from, to })) {
        for (let i = 0; i < part.count; i++) {
          const index = part.firstIndex + i;
          seen.push(index);
          const body = part.body(i);
          assert.equal(body.kind, index === 700 || index === 701 ? 'erased' : 'present');
          if (body.kind === 'present')
            assert.deepEqual(Buffer.from(body.bytes), numbered(index).body);
          assert.deepEqual(part.leaf(i), (await reader.leaf(index)).bytes);
        }
      }
      const expected = Array.from({ length: Math.min(to, 1800) - from }, (_, i) => from + i);
      assert.deepEqual(seen, expected);
    }
    reader.close();
    await ledger.close();
  });
});

test('single entries come with leaf and body, and each block is unpacked once', async () => {
  await inFolder(async (dir) => {
    const ledger = await open(dir);
    for (let at = 0; at < 6000; at += 500) await ledger.append(batch(at, at + 500));
    await ledger.publish();
    await ledger.rewriteWithout([700]);
    const readPlaces: number[] = [];
    const files = noticingBodyReads(dir, (length, at) => {
      // Headers are read twice, for the index of the segment too.
      if (length > BLOCK_HEADER_BYTES) readPlaces.push(at);
    });
    const reader = await LedgerReader.open(dir, { files });
    const wanted = [0, 1, 2, 699, 700, 701, 3000, 5998, 5999];
    const found: number[] = [];
    for await (const { index, leaf, body } of reader.entries(wanted)) {
      found.push(index);
      assert.deepEqual(leaf, (await reader.leaf(index)).bytes);
      assert.equal(body.kind, index === 700 ? 'erased' : 'present');
      if (body.kind === 'present') {
        assert.deepEqual(Buffer.from(body.bytes), numbered(index).body, `entry ${index}`);
      }
    }
    assert.deepEqual(found, wanted);
    assert.ok(readPlaces.length > 2);
    assert.equal(new Set(readPlaces).size, readPlaces.length, 'no part was read twice');
    reader.close();
    await ledger.close();
  });
});

test('a body that was changed together with all digests of its file is detected', async () => {
  await inFolder(async (dir) => {
    const ledger = await open(dir);
    await ledger.append(batch(0, 3));
    await ledger.publish();
    const [segment] = listSegments(nodeFiles, dir);
    const bytes = readFileSync(segment?.path ?? '');
    const block = bytes.subarray(SEGMENT_HEADER_BYTES);
    const place = { path: '', at: 0 };
    const opened = openBlock({ header: decodeBlockHeader(block, place), bytes: block, place });
    const bodies = Buffer.from(opened.bodies);
    bodies[2] = 0x78;
    const { header, meta } = opened;
    const forged = encodeBlock({ ...header, meta: encodeMeta(meta), bodies });
    writeFileSync(
      segment?.path ?? '',
      Buffer.concat([bytes.subarray(0, SEGMENT_HEADER_BYTES), forged]),
    );
    const reader = await LedgerReader.open(dir);
    await assert.rejects(reader.body(0), { code: 'SEGMENT_CORRUPT', message: /body of entry 0/ });
    assert.equal((await reader.body(1)).kind, 'present');
    reader.close();
    await ledger.close();
    assert.equal((await fsck({ dir, threads: 0 })).ok, false);
  });
});

test('a reader continues while a writer appends, integrates and erases', async () => {
  await inFolder(async (dir) => {
    const ledger = await open(dir);
    await ledger.append(batch(0, 50));
    await ledger.publish();
    const reader = await LedgerReader.open(dir);
    let isDone = false;
    let failure: unknown;
    const writing = (async () => {
      for (let i = 1; i < 25; i++) {
        await ledger.append(batch(i * 50, i * 50 + 1 + ((i * 37) % 50)));
        await ledger.publish();
        if (i % 10 === 0) await ledger.rewriteWithout([i]);
      }
    })()
      .catch((error: unknown) => {
        failure = error;
      })
      .finally(() => {
        isDone = true;
      });
    let reads = 0;
    while (!isDone) {
      await new Promise((resolve) => setImmediate(resolve));
      await reader.refresh();
      const index = (reads++ * 7919) % reader.size;
      const { leaf } = await reader.leaf(index);
      const body = await reader.body(index);
      if (body.kind === 'present') assert.equal(body.bytes.length, leaf.size);
      await reader.proveInclusion(index);
    }
    await writing;
    assert.equal(failure, undefined);
    assert.ok(reads > 5, `${reads} reads`);
    reader.close();
    await ledger.close();
  });
});

test('appended entries are under a signed checkpoint within a second', async () => {
  await inFolder(async (dir) => {
    const ledger = await open(dir, 'timer');
    await ledger.append(batch(0, 10));
    // The reader polls: the test shows that no call to the writer is needed.
    const reader = await LedgerReader.open(dir);
    while (reader.size < 10) {
      await new Promise((resolve) => setImmediate(resolve));
      await reader.refresh();
    }
    reader.close();
    await ledger.close();
    await isClean(dir);
  });
});

test('journal files and segments are closed when they reach their length', {
  skip: IS_LONG ? false : 'only in the long form',
}, async () => {
  await inFolder(async (dir) => {
    const ledger = await open(dir);
    const bodies = Array.from({ length: 200 }, () => randomFillSync(Buffer.alloc(1_000_000)));
    for (let i = 0; i < bodies.length; i += 4) {
      const drafts = bodies.slice(i, i + 4).map((body, k) => ({ ...numbered(i + k), body }));
      await ledger.append(drafts);
      if (i % 80 === 0) await ledger.publish();
    }
    await ledger.close();
    await isClean(dir);
    const reader = await LedgerReader.open(dir);
    for (const index of [0, 65, 130, 199]) {
      const body = await reader.body(index);
      assert.ok(
        body.kind === 'present' && Buffer.compare(body.bytes, bodies[index] as Buffer) === 0,
      );
    }
    reader.close();
  });
});
