import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The version that our own package states, wherever the compiled files lie beneath it. */
export function ownVersion(from: string = import.meta.dirname): string {
  for (let folder = from; ; folder = dirname(folder)) {
    const stated = statedIn(join(folder, 'package.json'));
    if (stated !== undefined) return stated;
    if (folder === dirname(folder)) return 'unknown';
  }
}

function statedIn(path: string): string | undefined {
  try {
    const stated = JSON.parse(readFileSync(path, 'utf8')) as { name?: unknown; version?: unknown };
    const isOurs = stated.name === 'countersign' && typeof stated.version === 'string';
    return isOurs ? (stated.version as string) : undefined;
  } catch {
    // No package.json in this folder, or not a readable one: the search goes on above it.
    return undefined;
  }
}
