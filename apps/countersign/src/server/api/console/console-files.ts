import { createHash } from 'node:crypto';
import { globSync, readFileSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import { gzipSync } from 'node:zlib';

/** One file of the built console. */
export type ConsoleFile = {
  readonly type: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Undefined: the file is too small, or compressed already. */
  readonly gzip: Uint8Array<ArrayBuffer> | undefined;
  readonly etag: string;
};

/** The built console: its page, and files by path (`/assets/index-3f9a.js`). */
export type ConsoleFiles = {
  /** The page, with `__NONCE__` wherever the nonce of a response belongs. */
  readonly page: string;
  readonly files: ReadonlyMap<string, ConsoleFile>;
};

const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
  '.txt': 'text/plain; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
};

/** A smaller file fits into one packet either way. */
const COMPRESSED_BYTES_MIN = 1024;

/**
 * Reads the built console into memory, so that a request never reaches the disk, and a path never
 * leaves the folder.
 *
 * @returns undefined if the folder has no console: it was not built
 */
export function readConsoleFiles(folder: string): ConsoleFiles | undefined {
  const names = globSync('**', { cwd: folder }).filter((name) =>
    statSync(join(folder, name)).isFile(),
  );
  if (!names.includes('index.html')) return undefined;
  const files = new Map<string, ConsoleFile>();
  for (const name of names) {
    const type = TYPES[extname(name)];
    if (name !== 'index.html' && type !== undefined) {
      files.set(`/${name}`, fileOf(type, new Uint8Array(readFileSync(join(folder, name)))));
    }
  }
  return { page: readFileSync(join(folder, 'index.html'), 'utf8'), files };
}

function fileOf(type: string, bytes: Uint8Array<ArrayBuffer>): ConsoleFile {
  const etag = `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`;
  const gzip = bytes.length < COMPRESSED_BYTES_MIN ? undefined : new Uint8Array(gzipSync(bytes));
  return { type, bytes, gzip, etag };
}
