import { statfsSync } from 'node:fs';

/** Of the disk that a folder lies on; undefined where the file system does not say. */
export function freeShare(dir: string): number | undefined {
  try {
    const { bavail, blocks } = statfsSync(dir);
    return blocks > 0 ? bavail / blocks : undefined;
  } catch {
    // Then only a full disk tells.
    return undefined;
  }
}
