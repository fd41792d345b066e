import { createReadStream } from 'node:fs';
import { copyFile, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { RecordDraft } from '@countersign/core';
import { fingerprintBatch } from '@countersign/ledger';
import { type Chunk, readChunk, readInputs } from '@countersign/m365/files';
import type { NameMatcher } from '../../projection/entries/name-matcher.ts';
import type { LedgerWriter } from '../../projection/ledger-writer.ts';

const FOLDER = 'originals';

function originalPath(dir: string, sha256: string): string {
  return join(dir, FOLDER, sha256);
}

/**
 * Keeps a copy of an imported file under its SHA-256, which the `import` entry states.
 *
 * A crash before the rename leaves a temporary file. The next import of the file replaces it.
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

/** The records and names that an erasure removes. */
export type OriginalErasure = {
  readonly indices: ReadonlySet<number>;
  readonly mentions: NameMatcher;
};

/**
 * Removes every kept file that contains an erased record or name.
 *
 * Each file is read again, because no entry tells which duplicates a file contained.
 */
export async function removeOriginals(
  writer: LedgerWriter,
  erasure: OriginalErasure,
): Promise<void> {
  const folder = join(writer.dir, FOLDER);
  for (const name of await list(folder)) {
    const path = join(folder, name);
    const isErased = (await mentions(path, erasure)) || (await delivers(writer, path, erasure));
    if (isErased) await rm(path, { force: true });
  }
}

async function list(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch {
    // No file was ever kept.
    return [];
  }
}

/** No record holds a longer name, so a match never exceeds this overlap of two reads. */
const OVERLAP_BYTES = 4096;

/** Searches the raw bytes, because unreadable input contains names too. */
async function mentions(path: string, { mentions: names }: OriginalErasure): Promise<boolean> {
  if (names.count === 0) return false;
  let end = Buffer.alloc(0);
  for await (const piece of createReadStream(path, { highWaterMark: 1024 * 1024 })) {
    const bytes = Buffer.concat([end, piece as Buffer]);
    if (names.matchesBytes(bytes)) return true;
    end = Buffer.from(bytes.subarray(-OVERLAP_BYTES));
  }
  return false;
}

/** Searches the parsed records, in archives and in any encoding. */
async function delivers(
  writer: LedgerWriter,
  path: string,
  erasure: OriginalErasure,
): Promise<boolean> {
  for await (const event of readInputs([{ kind: 'path', path }])) {
    if (event.kind !== 'chunk') continue;
    if (erasure.mentions.matchesBytes(event.chunk.bytes)) return true;
    if (hasErased(writer, event.chunk, erasure.indices)) return true;
  }
  return false;
}

const ACTION_BYTES = 16;

function hasErased({ ledger }: LedgerWriter, chunk: Chunk, indices: ReadonlySet<number>): boolean {
  const drafts: RecordDraft[] = [];
  readChunk(
    chunk,
    { importNumber: 0, tenant: undefined },
    {
      record: (draft) => drafts.push(draft),
      reject: () => {},
      page: () => {},
      addCompleteness: () => {},
    },
  );
  const { actions } = fingerprintBatch(drafts, ledger.localKeys);
  return drafts.some((_, at) => {
    const action = actions.subarray(at * ACTION_BYTES, (at + 1) * ACTION_BYTES);
    return ledger.deliveries(action).some((index) => indices.has(index));
  });
}
