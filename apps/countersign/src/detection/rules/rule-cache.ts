import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { type CachedDocument, documentsToKeep } from '@countersign/sigma';
import type { ContentFiles } from './rule-content.ts';

/**
 * Caches parsed rule files beside Node's compile cache, because parsing the YAML of a hundred rules
 * takes longer than the rest of a short command.
 *
 * The cache's name depends on the texts, so it cannot be stale. An unreadable cache is rebuilt.
 */
export function recallRules(files: ContentFiles, folder: string | undefined): ContentFiles {
  if (folder === undefined || folder === '') return files;
  const path = join(folder, `rules-${digestOf(files)}`);
  const all = [...files.rules, ...files.pipelines];
  const kept = readKept(path, all.length);
  const known = kept ?? all.map(({ path: name, text }) => documentsToKeep(name, text));
  if (kept === undefined) keep(folder, path, known);
  const withKnown = all.map((file, i) => ({ ...file, known: known[i] ?? null }));
  return {
    rules: withKnown.slice(0, files.rules.length),
    pipelines: withKnown.slice(files.rules.length),
  };
}

/** A file's documents; null if the file has an error that must be reported. */
type CachedFile = readonly CachedDocument[] | null;

const FORM = 'countersign rules 3';

function digestOf({ rules, pipelines }: ContentFiles): string {
  const hash = createHash('sha256').update(`${FORM}\n${rules.length}`);
  for (const { path, text } of [...rules, ...pipelines])
    hash.update(`\n${path}\n${text.length}\n`).update(text);
  return hash.digest('hex').slice(0, 32);
}

function readKept(path: string, count: number): readonly CachedFile[] | undefined {
  try {
    const kept: unknown = deserialize(readFileSync(path));
    const isWhole = Array.isArray(kept) && kept.length === count;
    return isWhole && kept.every(isKept) ? kept : undefined;
  } catch {
    return undefined;
  }
}

function isKept(value: unknown): value is CachedFile {
  return value === null || (Array.isArray(value) && value.every(isDocument));
}

function isDocument(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'value' in value && 'place' in value;
}

/** Writes atomically. A folder that is not writable costs time and nothing else. */
function keep(folder: string, path: string, known: readonly CachedFile[]): void {
  const temp = `${path}.${process.pid}`;
  try {
    mkdirSync(folder, { recursive: true });
  } catch {
    return;
  }
  try {
    writeFileSync(temp, serialize(known), { mode: 0o600 });
    renameSync(temp, path);
  } catch {
    rmSync(temp, { force: true });
  }
}
