import type { ArchiveReader } from './archive.ts';
import { COLUMN_BYTES } from './archive-meta.ts';
import type { FingerprintIndex } from './fingerprint-index.ts';

/**
 * Gives the index of fingerprints the entries that it does not cover: those of a process that died
 * before it wrote them down, or all of them, if the folder of fingerprints is gone.
 */
export async function feedFingerprints(
  fingerprints: FingerprintIndex,
  archive: ArchiveReader,
  size: number,
): Promise<void> {
  let index = fingerprints.coveredSize;
  while (index < size) {
    const { header, meta } = archive.facts(index);
    const { versions, actions } = meta;
    for (let i = index - header.firstIndex; i < header.count && index < size; i++) {
      const at = i * COLUMN_BYTES;
      fingerprints.insert(index++, versions, at, actions, at);
    }
    await fingerprints.drained();
  }
}
