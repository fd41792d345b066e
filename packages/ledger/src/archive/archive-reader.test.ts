import assert from 'node:assert/strict';
import { randomFillSync } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { systemClock } from '@countersign/core';
import { temporaryFolder } from '@countersign/tlog/testing/witnessed-log';
import { type Disk, nodeFiles } from '../disk/disk.ts';
import { layout } from '../folder/folder-layout.ts';
import { Ledger } from '../ledger.ts';
import { numbered } from '../testing/numbered-draft.ts';
import { ArchiveReader } from './archive-reader.ts';
import { listSegments } from './segment-list.ts';

test('entries that are missing list the folders once, until the log grows', () => {
  using folder = temporaryFolder();
  let listings = 0;
  const files: Disk = {
    ...nodeFiles,
    list: (path) => {
      if (path === layout.bodies(folder.path)) listings++;
      return nodeFiles.list(path);
    },
  };
  const archive = new ArchiveReader(files, folder.path);
  archive.refresh(1000);
  for (let index = 0; index < 1000; index++) {
    assert.throws(() => archive.facts(index), { code: 'SEGMENT_CORRUPT' });
  }
  assert.equal(listings, 1);
  archive.refresh(1001);
  assert.throws(() => archive.facts(1000), { code: 'SEGMENT_CORRUPT' });
  assert.equal(listings, 2);
  archive.close();
});

test('a segment that is deleted below a reader is reported as corrupt, by its path', async () => {
  using folder = temporaryFolder();
  const dir = join(folder.path, 'data');
  const random = { fill: randomFillSync };
  const ledger = await Ledger.open({ dir, clock: systemClock, random, integration: 'manual' });
  await ledger.append([numbered(0), numbered(1)]);
  await ledger.publish();
  const archive = new ArchiveReader(nodeFiles, dir);
  archive.refresh(2);
  assert.equal(archive.facts(0).header.count, 2);
  const [place] = listSegments(nodeFiles, dir);
  assert.ok(place !== undefined);
  rmSync(place.path);
  archive.refresh(2);
  assert.throws(
    () => archive.facts(0),
    ({ code, message }: { code?: string; message?: string }) =>
      code === 'SEGMENT_CORRUPT' && message?.includes(place.path) === true,
  );
  archive.close();
  await ledger.close();
});
