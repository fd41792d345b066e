import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Mentions } from './mentions.ts';

/**
 * What could not be read, and why. The bytes are kept up to a limit, so that a retry is possible.
 */
export type Parked = {
  readonly file: string;
  readonly at: string;
  readonly reason: string;
  /** Index of the `begun` entry; null when nothing of the file was read. */
  readonly import: number | null;
  /** Base64 of the bytes, or null when they were over {@link PARKED_BYTES_MAX}. */
  readonly bytes: string | null;
};

/** A reject larger than this keeps its place and reason alone; the file itself still has it. */
const PARKED_BYTES_MAX: number = 1024 * 1024;

/**
 * Parks one reject under a name made from what it is, so that reading the same broken file again
 * parks nothing twice. A crash between write and rename leaves a temporary file that the next
 * start ignores: the import that wrote it did not end, and will be run again.
 */
export function park(dir: string, reject: Omit<Parked, 'bytes'>, bytes: Uint8Array | null): void {
  const kept = bytes !== null && bytes.byteLength <= PARKED_BYTES_MAX ? bytes : null;
  const name = createHash('sha256')
    .update(`${reject.file}\n${reject.at}\n`)
    .update(kept ?? '')
    .digest('hex')
    .slice(0, 32);
  const folder = join(dir, 'parked');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const parked: Parked = {
    ...reject,
    bytes: kept === null ? null : Buffer.from(kept).toString('base64'),
  };
  const path = join(folder, `${name}.json`);
  writeFileSync(`${path}.tmp`, JSON.stringify(parked), { mode: 0o600 });
  renameSync(`${path}.tmp`, path);
}

/** Removes what is parked and mentions a name, in its bytes or in the name of its file. */
export function removeParked(dir: string, mentions: Mentions): void {
  if (mentions.count === 0) return;
  const folder = join(dir, 'parked');
  for (const name of list(folder)) {
    const path = join(folder, name);
    const parked = JSON.parse(readFileSync(path, 'utf8')) as Parked;
    const bytes = Buffer.from(parked.bytes ?? '', 'base64');
    const told = `${parked.file}\n${parked.reason}`;
    if (mentions.in(bytes) || mentions.inText(told)) rmSync(path, { force: true });
  }
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith('.json'));
  } catch {
    // Nothing was ever parked.
    return [];
  }
}
