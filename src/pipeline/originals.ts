import { copyFile, mkdir, open, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';

const FOLDER = 'originals';

export function originalPath(dir: string, sha256: string): string {
  return join(dir, FOLDER, sha256);
}

/**
 * Keeps a copy of an imported file under its SHA-256, which the `import` entry states. A crash
 * before the rename leaves a temporary file that the next import of the same file replaces.
 */
export async function keepOriginal(dir: string, path: string, sha256: string): Promise<void> {
  const kept = originalPath(dir, sha256);
  if (await isThere(kept)) return;
  await mkdir(join(dir, FOLDER), { recursive: true, mode: 0o700 });
  await copyFile(path, `${kept}.tmp`);
  const file = await open(`${kept}.tmp`, 'r+');
  try {
    await file.chmod(0o600);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(`${kept}.tmp`, kept);
}

async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch {
    return false;
  }
}
