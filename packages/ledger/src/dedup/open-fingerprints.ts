import type { ThreadMonitor } from '@countersign/core';
import type { ArchiveReader } from '../archive/archive-reader.ts';
import { COLUMN_BYTES } from '../archive/block-metadata.ts';
import type { Disk } from '../disk/disk.ts';
import { layout } from '../folder/folder-layout.ts';
import { FINGERPRINT_SAMPLES } from '../limits.ts';
import { FingerprintIndex } from './fingerprint-index.ts';

export type FingerprintFolder = {
  readonly files: Disk;
  readonly dir: string;
  readonly identity: Uint8Array;
  readonly archive: ArchiveReader;
  readonly threads: ThreadMonitor;
};

/**
 * Opens the fingerprint index and inserts the entries that it does not cover. A process that died
 * may not have written its latest ones. All are inserted if the folder is missing or belongs to
 * another archive.
 */
export async function openFingerprints(folder: FingerprintFolder): Promise<FingerprintIndex> {
  const { files, dir, identity, archive, threads } = folder;
  const options = { files, dir: layout.fingerprints(dir), size: archive.size, identity, threads };
  let index = FingerprintIndex.open(options);
  try {
    if (!fits(index, archive)) {
      await index.close();
      dropFingerprints(files, dir);
      index = FingerprintIndex.open(options);
    }
    await feed(index, archive);
    return index;
  } catch (error) {
    await index.close();
    throw error;
  }
}

/** The fingerprints are derived data: the next opening rebuilds them. */
export function dropFingerprints(files: Disk, dir: string): void {
  const folder = layout.fingerprints(dir);
  for (const { name } of files.list(folder)) files.remove(`${folder}/${name}`);
}

/**
 * Looks up a few entries. An index of another ledger, or of another end of it, does not find them.
 */
function fits(index: FingerprintIndex, archive: ArchiveReader): boolean {
  const { coveredSize } = index;
  const count = Math.min(FINGERPRINT_SAMPLES, coveredSize);
  for (let i = 1; i <= count; i++) {
    const entry = Math.ceil((coveredSize * i) / count) - 1;
    const { header, meta } = archive.facts(entry);
    const at = (entry - header.firstIndex) * COLUMN_BYTES;
    const found = index.lookupVersion(meta.versions, at, meta.actions, at);
    if (found === undefined || !archive.hasVersion(found, meta.versions, at)) return false;
  }
  return true;
}

async function feed(index: FingerprintIndex, archive: ArchiveReader): Promise<void> {
  const { size } = archive;
  let entry = index.coveredSize;
  while (entry < size) {
    const { header, meta } = archive.facts(entry);
    const { versions, actions } = meta;
    for (let i = entry - header.firstIndex; i < header.count && entry < size; i++) {
      const at = i * COLUMN_BYTES;
      index.insert(entry++, versions, at, actions, at);
    }
    await index.caughtUp();
  }
}
