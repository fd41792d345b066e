import { join } from 'node:path';
import type { Disk } from '../disk/disk.ts';
import { indexOfName, layout, SEGMENT_SUFFIX } from '../folder/folder-layout.ts';

export type SegmentPlace = {
  readonly path: string;
  readonly firstIndex: number;
  /** `YYYY-MM-DD`, from the folder names. */
  readonly day: string;
};

/** The segments of a data folder in entry order. Stray files are ignored. */
export function listSegments(files: Disk, dir: string): readonly SegmentPlace[] {
  const segments: SegmentPlace[] = [];
  const root = layout.bodies(dir);
  for (const year of foldersNamed(files, root, /^\d{4}$/)) {
    for (const month of foldersNamed(files, join(root, year), /^\d\d$/)) {
      for (const date of foldersNamed(files, join(root, year, month), /^\d\d$/)) {
        const folder = join(root, year, month, date);
        for (const { name, kind } of files.list(folder)) {
          const firstIndex = indexOfName(name, SEGMENT_SUFFIX);
          if (kind !== 'file' || firstIndex === undefined) continue;
          segments.push({ path: join(folder, name), firstIndex, day: `${year}-${month}-${date}` });
        }
      }
    }
  }
  return segments.sort((a, b) => a.firstIndex - b.firstIndex);
}

/**
 * The position, in a list ordered by `firstIndex`, of the item that may hold entry `index`;
 * otherwise -1.
 */
export function findHolder(
  list: readonly { readonly firstIndex: number }[],
  index: number,
): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((list[middle] as { firstIndex: number }).firstIndex <= index) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

function foldersNamed(files: Disk, path: string, pattern: RegExp): readonly string[] {
  return files
    .list(path)
    .filter(({ name, kind }) => kind === 'folder' && pattern.test(name))
    .map(({ name }) => name);
}
