import { randomBytes } from 'node:crypto';
import { createWriteStream, existsSync } from 'node:fs';
import { link, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Context } from './command-context.ts';
import { type CliError, usage } from './errors.ts';

type Chunks = AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>;

/** The target of an answer: standard output without a file. */
export type OutputFlags = {
  readonly output?: string | undefined;
  readonly overwrite?: boolean;
};

/**
 * Runs first, so that a long command does not fail for its file name.
 * @throws CliError USAGE if the file exists and may not be replaced
 */
export function checkOutput({ cwd }: Context, { output, overwrite }: OutputFlags): void {
  if (output === undefined || output === '-' || overwrite === true) return;
  if (existsSync(resolve(cwd, output))) throw thereAlready(output);
}

/**
 * Writes an answer to the requested file or to standard output. A file gets its name only when it
 * is complete, and only its owner can read it, because answers hold personal data.
 * @throws CliError USAGE as {@link checkOutput}
 */
export async function writeOutput(
  context: Context,
  flags: OutputFlags,
  chunks: Chunks,
): Promise<void> {
  const { output } = flags;
  if (output === undefined || output === '-') return context.terminal.bytes(chunks);
  await writeWhole(context, { ...flags, output }, async (staged) => {
    const out = createWriteStream(staged, { mode: 0o600, flags: 'wx', flush: true });
    await pipeline(Readable.from(chunks), out, { signal: context.signal });
  });
}

/**
 * Lets `write` create a temporary file beside the requested one, then renames it. An existing file
 * stays unless the caller permits its replacement.
 * @throws CliError USAGE as {@link checkOutput}
 */
export async function writeWhole(
  context: Context,
  flags: OutputFlags & { readonly output: string },
  write: (staged: string) => Promise<void>,
): Promise<void> {
  checkOutput(context, flags);
  const path = resolve(context.cwd, flags.output);
  const unique = randomBytes(6).toString('hex');
  const staged = join(dirname(path), `.${basename(path)}.${unique}.tmp`);
  try {
    await write(staged);
    if (flags.overwrite === true) await rename(staged, path);
    else await nameOnce(staged, path, flags.output);
  } finally {
    await rm(staged, { force: true });
  }
}

/** A link fails in one step if the name is taken; a rename would replace the existing file. */
async function nameOnce(staged: string, path: string, output: string): Promise<void> {
  try {
    await link(staged, path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') throw thereAlready(output);
    // On file systems without links, such as FAT, another program may create the file between these
    // lines.
    if (existsSync(path)) throw thereAlready(output);
    await rename(staged, path);
  }
}

function thereAlready(output: string): CliError {
  return usage(
    `could not write ${output}: the file already exists. Name another file, or give ` +
      '--overwrite',
  );
}
