import { dirname, join, relative, sep } from 'node:path';
import type { Disk } from './disk.ts';

/** Makes the names in these folders durable, and forgets them. */
export async function syncNewFolders(files: Disk, folders: Set<string>): Promise<void> {
  const paths = [...folders];
  await Promise.all(paths.map((path) => files.syncFolder(path)));
  for (const path of paths) folders.delete(path);
}

/** Makes `path` if it is missing, and notes in `folders` each folder that has a new name in it. */
export function makeFolderNoting(files: Disk, path: string, folders: Set<string>): void {
  const topmost = files.makeFolder(path);
  if (topmost === undefined) return;
  let folder = dirname(topmost);
  folders.add(folder);
  for (const name of relative(folder, path).split(sep)) {
    folder = join(folder, name);
    folders.add(folder);
  }
}
