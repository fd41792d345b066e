import { NOTE_BYTES_MAX } from '@countersign/tlog';
import type { Disk } from '../disk/disk.ts';
import { readWholeFile } from '../disk/replace-file.ts';
import { indexOfName, layout } from './folder-layout.ts';

/**
 * The signed checkpoints that a log retains, as notes, the largest log first. They are not
 * verified: `fsck` does that.
 */
export function* retainedCheckpoints(files: Disk, dir: string): Generator<string> {
  const names = files.list(layout.keptCheckpoints(dir)).map(({ name }) => name);
  for (const name of names.toReversed()) {
    const size = indexOfName(name, '');
    const path = size === undefined ? undefined : layout.keptCheckpoint(dir, size);
    const bytes = path === undefined ? undefined : readWholeFile(files, path, NOTE_BYTES_MAX);
    if (bytes !== undefined) yield bytes.toString('utf8');
  }
}
