import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OWN_TENANT, type RecordDraft } from '@countersign/core';
import { fingerprintBatch } from '../append/fingerprint-batch.ts';
import { prepareBatch } from '../append/prepare-batch.ts';
import { readWholeFile } from '../disk/replace-file.ts';
import { journalFile, layout } from '../folder/folder-layout.ts';
import { JOURNAL_RESERVE_BYTES } from '../limits.ts';
import { DIR, diceOf, randomOf } from '../testing/crash-model.ts';
import { MemoryDisk } from '../testing/memory-disk.ts';
import { Journal } from './journal.ts';
import { GROUP_HEADER_BYTES, JOURNAL_HEADER_BYTES } from './journal-format.ts';
import { FRAME_HEADER_BYTES } from './journal-frame.ts';

const random = randomOf(diceOf(5));
const KEYS = { id: new Uint8Array(32), fingerprint: new Uint8Array(32) };
const ORIGIN = 'log.example/journal';

function frame(firstIndex: number, bodies: readonly string[]): Uint8Array {
  const drafts = bodies.map(
    (body): RecordDraft => ({
      kind: 'record',
      tenant: OWN_TENANT,
      source: 'other/json',
      id: undefined,
      at: '2024-01-12T08:31:07Z',
      body: Buffer.from(body),
    }),
  );
  const accepted = Uint32Array.from(bodies.keys());
  const none = new Map<number, never>();
  const verdict = {
    baseIndex: firstIndex,
    seenMs: 1e12,
    accepted,
    duplicateOf: none,
    earlier: none,
  };
  return prepareBatch(drafts, fingerprintBatch(drafts, KEYS), verdict, random).frame;
}

function openJournal(disk: MemoryDisk): Journal {
  return new Journal({ files: disk, dir: DIR, origin: ORIGIN, random });
}

/** Three groups of one entry each, then one group of two frames. */
async function written(): Promise<{ disk: MemoryDisk; journal: Journal; path: string }> {
  const disk = new MemoryDisk(diceOf(6));
  disk.makeFolder(layout.journal(DIR));
  const journal = openJournal(disk);
  for (let i = 0; i < 3; i++) {
    await journal.append([frame(i, [`body ${i}`])], { firstIndex: i, count: 1 });
  }
  const last = [frame(3, ['body 3', 'body 4']), frame(5, ['body 5'])];
  await journal.append(last, { firstIndex: 3, count: 3 });
  return { disk, journal, path: journalFile(DIR, 0) };
}

function recovered(disk: MemoryDisk, size: number): { indices: number[]; torn: string[] } {
  const indices: number[] = [];
  const torn: string[] = [];
  for (const part of openJournal(disk).recover(size)) {
    indices.push(...part.frames.map(({ firstIndex }) => firstIndex));
    if (part.torn !== undefined) torn.push(`${part.torn.path} at ${part.torn.at}`);
  }
  return { indices, torn };
}

function overwrite(disk: MemoryDisk, path: string, at: number, bytes: Uint8Array): void {
  const file = disk.open(path, 'update');
  disk.write(file, [bytes], at);
  disk.close(file);
}

function cut(disk: MemoryDisk, path: string, length: number): void {
  const file = disk.open(path, 'update');
  disk.truncate(file, length);
  disk.close(file);
}

/** The file without the reserve at its end. */
function bytesOf(disk: MemoryDisk, path: string): Buffer {
  const bytes = readWholeFile(disk, path, 2 ** 20) as Buffer;
  let end = bytes.length;
  while (bytes[end - 1] === 0) end--;
  return bytes.subarray(0, end);
}

test('returns what was appended, in order', async () => {
  const { disk } = await written();
  assert.deepEqual(recovered(disk, 0), { indices: [0, 1, 2, 3, 5], torn: [] });
});

test('a last group cut at any byte keeps its whole frames, and the cut is reported', async () => {
  const { disk, path } = await written();
  const bytes = bytesOf(disk, path);
  const lastAt = bytes.lastIndexOf('CSGROUP1');
  const frameAt = bytes.lastIndexOf('CSFRAME1');
  for (let length = bytes.length - 1; length > lastAt; length -= 13) {
    cut(disk, path, length);
    const indices = length < frameAt ? [0, 1, 2] : [0, 1, 2, 3];
    assert.deepEqual(recovered(disk, 0), { indices, torn: [`${path} at ${lastAt}`] });
  }
});

test('a file grows by a reserve, not with each small group', async () => {
  const { disk, journal, path } = await written();
  const file = disk.open(path, 'read');
  const lengths = new Set<number>();
  for (let i = 6; i < 60; i++) {
    await journal.append([frame(i, [`body ${i}`])], { firstIndex: i, count: 1 });
    lengths.add(disk.size(file));
  }
  assert.equal(lengths.size, 1);
  assert.equal(recovered(disk, 0).indices.length, 59);
  disk.close(file);
});

test('a small group after the end of the reserve reserves again', async () => {
  const { disk, journal, path } = await written();
  const file = disk.open(path, 'read');
  const noise = Buffer.from(random.fill(Buffer.alloc(2 * JOURNAL_RESERVE_BYTES))).toString(
    'base64',
  );
  await journal.append([frame(6, [noise])], { firstIndex: 6, count: 1 });
  const large = disk.size(file);
  await journal.append([frame(7, ['x'])], { firstIndex: 7, count: 1 });
  assert.ok(disk.size(file) >= large + JOURNAL_RESERVE_BYTES);
  assert.deepEqual(recovered(disk, 0), { indices: [0, 1, 2, 3, 5, 6, 7], torn: [] });
  disk.close(file);
});

test('a last group in the reserve with lost pages is dropped and reported', async () => {
  const { disk, path } = await written();
  const bytes = bytesOf(disk, path);
  const lastAt = bytes.lastIndexOf('CSGROUP1');
  // The pages of the first part never reached the disk.
  overwrite(disk, path, lastAt, Buffer.alloc(GROUP_HEADER_BYTES));
  assert.deepEqual(recovered(disk, 0), { indices: [0, 1, 2], torn: [`${path} at ${lastAt}`] });
  // None of the pages did: nothing says that there was a group, and it was not acknowledged.
  overwrite(disk, path, lastAt, Buffer.alloc(bytes.length - lastAt));
  assert.deepEqual(recovered(disk, 0), { indices: [0, 1, 2], torn: [] });
});

test('a group of an earlier part of the file that became zeros is an error', async () => {
  const { disk, path } = await written();
  const bytes = bytesOf(disk, path);
  const lastAt = bytes.lastIndexOf('CSGROUP1');
  const beforeAt = bytes.lastIndexOf('CSGROUP1', lastAt - 1);
  overwrite(disk, path, beforeAt, Buffer.alloc(lastAt - beforeAt));
  assert.throws(() => recovered(disk, 0), { code: 'JOURNAL_CORRUPT' });
});

test('a last group with a lost page is dropped from there on', async () => {
  const { disk, path } = await written();
  const lastAt = bytesOf(disk, path).lastIndexOf('CSGROUP1');
  overwrite(disk, path, lastAt + GROUP_HEADER_BYTES + FRAME_HEADER_BYTES, Buffer.alloc(64));
  assert.deepEqual(recovered(disk, 0), { indices: [0, 1, 2], torn: [`${path} at ${lastAt}`] });
});

test('any changed byte in acknowledged data is an error that names the position', async () => {
  const { disk, path } = await written();
  const bytes = bytesOf(disk, path);
  const lastAt = bytes.lastIndexOf('CSGROUP1');
  const starts = [0, ...bytesOfAll(bytes, 'CSGROUP1').filter((at) => at < lastAt)];
  for (let at = 0; at < lastAt; at += 7) {
    overwrite(disk, path, at, Buffer.from([(bytes[at] as number) ^ 0x10]));
    const place = starts.findLast((start) => start <= at);
    const what = 'an accepted batch has changed';
    const data = { path, at: place, what };
    assert.throws(() => recovered(disk, 0), { code: 'JOURNAL_CORRUPT', data });
    overwrite(disk, path, at, bytes.subarray(at, at + 1));
  }
  assert.equal(recovered(disk, 0).torn.length, 0);
});

function bytesOfAll(bytes: Buffer, text: string): number[] {
  const found: number[] = [];
  for (let at = bytes.indexOf(text); at >= 0; at = bytes.indexOf(text, at + 1)) found.push(at);
  return found;
}

test('a file whose creation was interrupted is empty, and is not an error', async () => {
  const { disk, journal } = await written();
  journal.rotate();
  await journal.append([frame(6, ['x'])], { firstIndex: 6, count: 1 });
  for (const length of [JOURNAL_HEADER_BYTES, JOURNAL_HEADER_BYTES - 1, 0]) {
    cut(disk, journalFile(DIR, 6), length);
    assert.deepEqual(recovered(disk, 0).indices, [0, 1, 2, 3, 5]);
  }
});

test('a journal of another log is refused', async () => {
  const { disk } = await written();
  const other = new Journal({ files: disk, dir: DIR, origin: 'log.example/other', random });
  assert.throws(() => [...other.recover(0)], { code: 'JOURNAL_CORRUPT' });
});

test('a body that contains a whole group is not read as a group', async () => {
  const { disk, journal, path } = await written();
  const group = bytesOf(disk, path).subarray(JOURNAL_HEADER_BYTES).toString('latin1');
  journal.rotate();
  await journal.append([frame(6, [group])], { firstIndex: 6, count: 1 });
  const second = journalFile(DIR, 6);
  const bytes = bytesOf(disk, second);
  assert.ok(bytes.length > 200);
  cut(disk, second, bytes.length - 1);
  assert.deepEqual(recovered(disk, 0).torn, [`${second} at ${JOURNAL_HEADER_BYTES}`]);
});

test('a missing file in the middle is a gap, and an error', async () => {
  const { disk, journal } = await written();
  for (const firstIndex of [6, 7]) {
    journal.rotate();
    await journal.append([frame(firstIndex, ['x'])], { firstIndex, count: 1 });
  }
  disk.remove(journalFile(DIR, 6));
  assert.throws(() => recovered(disk, 0), { code: 'JOURNAL_CORRUPT' });
});

test('a journal that begins after the end of the log is an error', async () => {
  const { disk, journal } = await written();
  journal.rotate();
  await journal.append([frame(6, ['x'])], { firstIndex: 6, count: 1 });
  disk.remove(journalFile(DIR, 0));
  assert.deepEqual(recovered(disk, 6).indices, [6]);
  assert.throws(() => recovered(disk, 5), { code: 'JOURNAL_CORRUPT' });
});

test('releases a file only when all of its entries are integrated', async () => {
  const { disk, journal } = await written();
  journal.rotate();
  await journal.append([frame(6, ['x'])], { firstIndex: 6, count: 1 });
  journal.release(5, 7);
  assert.equal(disk.list(layout.journal(DIR)).length, 2);
  journal.release(6, 7);
  assert.equal(disk.list(layout.journal(DIR)).length, 1);
  journal.release(7, 7);
  assert.equal(disk.list(layout.journal(DIR)).length, 1, 'the file being written stays');
});

test('does not release a file while a group is being written to it', async () => {
  const { disk, journal } = await written();
  const writing = journal.append([frame(6, ['x'])], { firstIndex: 6, count: 1 });
  const names = journal.rotate();
  journal.release(6, 6);
  assert.ok(journal.holdsAny(names));
  await writing;
  journal.release(7, 7);
  assert.ok(!journal.holdsAny(names));
  assert.deepEqual(disk.list(layout.journal(DIR)), []);
});
