import { createHash } from 'node:crypto';
import type { Stats } from 'node:fs';
import { type FileHandle, link, mkdir, open, rename, rm, stat, utimes } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Large enough for the speed of a disk, small enough for eight at a time. */
const CHUNK_BYTES: number = 1024 * 1024;

/** A file in progress. The next run replaces it. */
const TEMPORARY = '.tmp';

/** Folders with new names, which {@link syncFolders} makes durable. */
export type NewNames = Set<string>;

/**
 * Copies a file, or its first bytes, and returns the SHA-256 of the copy in hex. The copy is
 * durable before it has its name. Its modification time is that of the original, so that the next
 * run recognizes it. Returns undefined if the original is missing or shorter.
 */
export async function copyFile(
  copy: { readonly from: string; readonly to: string; readonly sizeBytes?: number | undefined },
  names: NewNames,
): Promise<string | undefined> {
  const source = await openIfThere(copy.from);
  if (source === undefined) return undefined;
  try {
    const { size, mtimeMs } = await source.stat();
    const bytes = copy.sizeBytes ?? size;
    if (bytes > size) return undefined;
    const { to } = copy;
    const hash = createHash('sha256');
    const isWhole = await writeThrough(to, names, async (target) => {
      for (let at = 0; at < bytes; ) {
        const chunk = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, bytes - at));
        const { bytesRead } = await source.read(chunk, 0, chunk.length, at);
        if (bytesRead === 0) return false;
        const read = chunk.subarray(0, bytesRead);
        hash.update(read);
        await target.writeFile(read);
        at += bytesRead;
      }
      return true;
    });
    if (!isWhole) return undefined;
    const time = new Date(Math.floor(mtimeMs));
    await utimes(to, time, time);
    return hash.digest('hex');
  } finally {
    await source.close();
  }
}

/** Writes a small file durably and returns its SHA-256 in hex. */
export async function writeBytes(to: string, bytes: Uint8Array, names: NewNames): Promise<string> {
  await writeThrough(to, names, async (target) => {
    await target.writeFile(bytes);
    return true;
  });
  return createHash('sha256').update(bytes).digest('hex');
}

async function writeThrough(
  to: string,
  names: NewNames,
  write: (target: FileHandle) => Promise<boolean>,
): Promise<boolean> {
  await makeFolder(dirname(to), names);
  const temporary = `${to}${TEMPORARY}`;
  const target = await open(temporary, 'w', 0o600);
  let isWhole = false;
  try {
    isWhole = await write(target);
    if (isWhole) await target.sync();
  } finally {
    await target.close();
  }
  if (isWhole) await rename(temporary, to);
  else await rm(temporary, { force: true });
  return isWhole;
}

/** Makes one more name for a file; false if the disk of `to` cannot do that. */
export async function linkFile(from: string, to: string, names: NewNames): Promise<boolean> {
  await makeFolder(dirname(to), names);
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') {
      await rm(to);
      return linkFile(from, to, names);
    }
    return false;
  }
}

/**
 * Whether two files have the same size and time of change. Files that only grow or are replaced by
 * a rename then have the same bytes.
 */
export async function isUnchanged(original: string, copy: string): Promise<boolean> {
  const [one, other] = await Promise.all([statIfThere(original), statIfThere(copy)]);
  if (one === undefined || other === undefined || one.size !== other.size) return false;
  return Math.floor(one.mtimeMs) === Math.round(other.mtimeMs);
}

/** The SHA-256 of a file in hex; undefined if it is missing. */
export async function hashFile(path: string): Promise<string | undefined> {
  const file = await openIfThere(path);
  if (file === undefined) return undefined;
  const hash = createHash('sha256');
  const stream = file.createReadStream({ highWaterMark: CHUNK_BYTES });
  for await (const chunk of stream) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

async function makeFolder(path: string, names: NewNames): Promise<void> {
  const topmost = await mkdir(path, { recursive: true, mode: 0o700 });
  names.add(path);
  if (topmost === undefined) return;
  for (let folder = path; folder !== dirname(topmost); folder = dirname(folder)) names.add(folder);
  names.add(dirname(topmost));
}

/** Makes the names in these folders durable. */
export async function syncFolders(names: NewNames): Promise<void> {
  for (const path of names) {
    const folder = await openIfThere(path);
    if (folder === undefined) continue;
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  }
  names.clear();
}

async function openIfThere(path: string): Promise<FileHandle | undefined> {
  return ifThere(open(path, 'r'));
}

async function statIfThere(path: string): Promise<Stats | undefined> {
  return ifThere(stat(path));
}

async function ifThere<T>(promise: Promise<T>): Promise<T | undefined> {
  try {
    return await promise;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
