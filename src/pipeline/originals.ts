import { copyFile, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ImportEnded } from './own-entries.ts';
import type { Writer } from './writer.ts';

const FOLDER = 'originals';

function originalPath(dir: string, sha256: string): string {
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

/** Removes the kept files of these imports (indices of their `begun` entries). */
export async function removeOriginals(
  { dir, books, reader }: Writer,
  imports: ReadonlySet<number>,
): Promise<void> {
  for (const index of books.acts('import')) {
    const body = await reader.body(index);
    if (body.kind !== 'present') continue;
    const said = JSON.parse(new TextDecoder().decode(body.bytes)) as Partial<ImportEnded>;
    if (said.import === undefined || !imports.has(said.import)) continue;
    if (typeof said.sha256 === 'string') await rm(originalPath(dir, said.sha256), { force: true });
  }
}
