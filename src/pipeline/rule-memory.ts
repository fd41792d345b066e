import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { type ContentFiles, documentValues } from '../detect/index.ts';

/**
 * What the texts of rule files say as data, kept beside what Node compiled: to parse the YAML of a
 * hundred rules takes longer than the rest of a short command. A file whose texts are others has
 * another name, so nothing that is kept can be out of date; what cannot be read is made again.
 */
export function recallValues(files: ContentFiles, folder: string | undefined): ContentFiles {
  if (folder === undefined || folder === '') return files;
  const path = join(folder, `rules-${digestOf(files)}`);
  const known = readValues(path, files.rules.length);
  const values = known ?? files.rules.map(({ path: name, text }) => documentValues(name, text));
  if (known === undefined) keep(folder, path, values);
  return {
    ...files,
    rules: files.rules.map((file, i) => ({ ...file, values: values[i] ?? null })),
  };
}

/** A file's documents as data; null where something is wrong with it, which has to be said. */
type Values = readonly unknown[] | null;

const FORM = 'countersign rules 1';

function digestOf({ rules }: ContentFiles): string {
  const hash = createHash('sha256').update(FORM);
  for (const { path, text } of rules) hash.update(`\n${path}\n${text.length}\n`).update(text);
  return hash.digest('hex').slice(0, 32);
}

function readValues(path: string, count: number): readonly Values[] | undefined {
  try {
    const kept: unknown = deserialize(readFileSync(path));
    const isWhole = Array.isArray(kept) && kept.length === count;
    return isWhole && kept.every(isValues) ? kept : undefined;
  } catch {
    return undefined;
  }
}

function isValues(value: unknown): value is Values {
  return value === null || Array.isArray(value);
}

/** As a whole or not at all; a folder that cannot be written to costs time and nothing else. */
function keep(folder: string, path: string, values: readonly Values[]): void {
  const temp = `${path}.${process.pid}`;
  try {
    mkdirSync(folder, { recursive: true });
  } catch {
    return;
  }
  try {
    writeFileSync(temp, serialize(values), { mode: 0o600 });
    renameSync(temp, path);
  } catch {
    rmSync(temp, { force: true });
  }
}
