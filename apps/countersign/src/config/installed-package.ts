import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export type OwnPackage = { readonly folder: string; readonly version: string };

/** Finds our own package.json above `from`: in a clone or in the installed package. */
export function ownPackage(from: string = import.meta.dirname): OwnPackage {
  for (let folder = from; ; folder = dirname(folder)) {
    const version = versionIn(join(folder, 'package.json'));
    if (version !== undefined) return { folder, version };
    if (folder === dirname(folder)) return { folder: from, version: 'unknown' };
  }
}

/** The `content` folder: inside the published package, or at the root of a clone. */
export function contentFolder(): string {
  const { folder } = ownPackage();
  const inside = join(folder, 'content');
  return existsSync(inside) ? inside : join(folder, '..', '..', 'content');
}

/** The built web console: inside the published package, or in its workspace of a clone. */
export function consoleFolder(): string {
  const { folder } = ownPackage();
  const inside = join(folder, 'console');
  return existsSync(inside) ? inside : join(folder, '..', 'console', 'dist');
}

function versionIn(path: string): string | undefined {
  try {
    const stated = JSON.parse(readFileSync(path, 'utf8')) as { name?: unknown; version?: unknown };
    const isOurs = stated.name === 'countersign' && typeof stated.version === 'string';
    return isOurs ? (stated.version as string) : undefined;
  } catch {
    // No readable package.json in this folder: continue with its parent.
    return undefined;
  }
}
