import type { Stats } from 'node:fs';
import { lstat, readdir, realpath, stat } from 'node:fs/promises';
import { isAbsolute, join, relative, sep } from 'node:path';
import { messageOf, quoted } from '@countersign/core';
import { ImportError } from '../../errors.ts';
import { FOLDER_DEPTH_MAX } from '../../limits.ts';

export type WalkResult =
  | { readonly kind: 'file'; readonly path: string; readonly size: number }
  | { readonly kind: 'refused'; readonly path: string; readonly error: ImportError };

/**
 * The file at `path`, or every file in the folder, in sorted order. The folder `except` is not
 * entered, on any path to it. Links in a folder are followed once, and only if they stay inside.
 * Otherwise a user who can add a file to a folder could make the import read any file.
 */
export async function* walk(
  path: string,
  except: string | undefined,
): AsyncGenerator<WalkResult, void, void> {
  const folders = new Set<string>();
  if (except !== undefined) folders.add(await realpath(except).catch(() => except));
  yield* visit(path, [], folders);
}

async function* visit(
  path: string,
  above: readonly string[],
  folders: Set<string>,
): AsyncGenerator<WalkResult, void, void> {
  let stats: Stats;
  try {
    const root = above[0];
    if (root !== undefined && !(await leadsInto(root, path))) {
      yield { kind: 'refused', path, error: linkOutside(path, root) };
      return;
    }
    stats = await stat(path);
  } catch (error) {
    yield { kind: 'refused', path, error: unreadable(path, error) };
    return;
  }
  if (stats.isFile()) yield { kind: 'file', path, size: stats.size };
  else if (stats.isDirectory()) yield* visitFolder(path, above, folders);
  else yield { kind: 'refused', path, error: notAFile(path) };
}

async function leadsInto(root: string, path: string): Promise<boolean> {
  if (!(await lstat(path)).isSymbolicLink()) return true;
  const way = relative(root, await realpath(path));
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

async function* visitFolder(
  path: string,
  above: readonly string[],
  folders: Set<string>,
): AsyncGenerator<WalkResult, void, void> {
  let names: string[];
  let real: string;
  try {
    real = await realpath(path);
    names = await readdir(path);
  } catch (error) {
    yield { kind: 'refused', path, error: unreadable(path, error) };
    return;
  }
  if (above.includes(real) || above.length >= FOLDER_DEPTH_MAX) {
    yield { kind: 'refused', path, error: folderLoop(path) };
    return;
  }
  if (folders.has(real)) {
    // A second path into a folder that was already read adds nothing.
    if (above.length === 0) yield { kind: 'refused', path, error: dataFolder(path) };
    return;
  }
  folders.add(real);
  // By code units, so that every machine reads in the same order.
  for (const name of names.sort()) {
    yield* visit(join(path, name), [...above, real], folders);
  }
}

export function unreadable(path: string, error: unknown): ImportError {
  const code = (error as { code?: unknown }).code;
  if (code === 'ENOENT') {
    return new ImportError(
      'NOT_FOUND',
      `cannot read ${quoted(path)}: there is no such file or folder`,
      {
        cause: error,
      },
    );
  }
  if (code === 'ELOOP') return folderLoop(path);
  const why =
    code === 'EACCES' || code === 'EPERM'
      ? 'you have no permission; ask for read access, or run as a user who has it'
      : `${messageOf(error)}; copy it to a healthy disk and try again`;
  return new ImportError('UNREADABLE', `cannot read ${quoted(path)}: ${why}`, { cause: error });
}

function notAFile(path: string): ImportError {
  return new ImportError(
    'NOT_A_FILE',
    `cannot read ${quoted(path)}: it is a pipe, socket or device; give a file, or pipe it into "-"`,
  );
}

function dataFolder(path: string): ImportError {
  return new ImportError(
    'DATA_FOLDER',
    `did not enter ${quoted(path)}: it is the data folder itself; name the exports`,
  );
}

function linkOutside(path: string, root: string): ImportError {
  return new ImportError(
    'LINK_OUTSIDE',
    `did not follow ${quoted(path)}: the link leads out of ${quoted(root)}; if you trust it, ` +
      'name the file that it leads to',
  );
}

function folderLoop(path: string): ImportError {
  return new ImportError(
    'FOLDER_LOOP',
    `did not enter ${quoted(path)}: the folder leads back into itself, or lies too deep`,
  );
}
