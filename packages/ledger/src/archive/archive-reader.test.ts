import assert from 'node:assert/strict';
import { test } from 'node:test';
import { temporaryFolder } from '@countersign/tlog/testing/witnessed-log';
import { type Disk, nodeFiles } from '../disk/disk.ts';
import { layout } from '../folder/folder-layout.ts';
import { ArchiveReader } from './archive-reader.ts';

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
