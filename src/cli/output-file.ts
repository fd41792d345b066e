import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Context } from './context.ts';

type Chunks = AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>;

/**
 * Writes an answer to the file that was asked for, or to standard output. A file takes its name
 * only when it is whole, and only its owner can read it: answers hold what people did.
 */
export async function writeOutput(
  context: Context,
  file: string | undefined,
  chunks: Chunks,
): Promise<void> {
  if (file === undefined || file === '-') return context.terminal.bytes(chunks);
  await replaceWhole(resolve(context.cwd, file), async (staged) => {
    const out = createWriteStream(staged, { mode: 0o600, flags: 'wx', flush: true });
    await pipeline(Readable.from(chunks), out, { signal: context.signal });
  });
}

/** Lets `write` make a file under another name beside `path`, then gives it its own. */
export async function replaceWhole(
  path: string,
  write: (staged: string) => Promise<void>,
): Promise<void> {
  const unique = randomBytes(6).toString('hex');
  const staged = join(dirname(path), `.${basename(path)}.${unique}.tmp`);
  try {
    await write(staged);
    await rename(staged, path);
  } finally {
    await rm(staged, { force: true });
  }
}
