import { isKeyName, parseVkey } from '@countersign/tlog';
import type { Disk } from '../disk/disk.ts';
import { readWholeFile, replaceFile } from '../disk/replace-file.ts';
import { LedgerError } from '../errors.ts';
import { MANIFEST_BYTES_MAX } from '../limits.ts';
import { layout } from './folder-layout.ts';

/** The version of the layout and of every file format in a data folder. */
const FOLDER_FORMAT = 2;

/** The content of `countersign.json`. In a new folder, this file is written last. */
export type LedgerManifest = {
  readonly origin: string;
  /** The keys that signed for the log, oldest first. The last one signs now. */
  readonly vkeys: readonly string[];
};

/**
 * Returns undefined if the folder has no ledger.
 * @throws LedgerError FOLDER_VERSION, FOLDER_CORRUPT
 */
export function readManifest(files: Disk, dir: string): LedgerManifest | undefined {
  const path = layout.manifest(dir);
  const bytes = readWholeFile(files, path, MANIFEST_BYTES_MAX);
  if (bytes === undefined) {
    if (isEmptyLog(files, dir)) return undefined;
    throw corrupt(path, 'the file is missing');
  }
  const manifest = parseJson(bytes, path);
  const { format, origin, vkeys } = manifest;
  if (format === undefined) throw corrupt(path, 'it names no format');
  if (format !== FOLDER_FORMAT) {
    throw new LedgerError(
      'FOLDER_VERSION',
      `could not open the ledger in ${dir}: its format is ${JSON.stringify(format)} and this ` +
        `version of Countersign reads format ${FOLDER_FORMAT}. Open it with the version that ` +
        'wrote it, or import its sources into a new folder',
      { data: { dir, format } },
    );
  }
  if (typeof origin !== 'string' || !isKeyName(origin)) throw corrupt(path, 'it names no origin');
  if (!Array.isArray(vkeys) || vkeys.length === 0) throw corrupt(path, 'it names no key');
  return { origin, vkeys: vkeys.map((vkey) => checkedVkey(vkey, origin, path)) };
}

export async function writeManifest(
  files: Disk,
  dir: string,
  { origin, vkeys }: LedgerManifest,
): Promise<void> {
  const text = `${JSON.stringify({ format: FOLDER_FORMAT, origin, vkeys }, undefined, 2)}\n`;
  await replaceFile(files, { dir, path: layout.manifest(dir) }, Buffer.from(text));
}

export function noLedger(dir: string): LedgerError {
  return new LedgerError(
    'NO_LEDGER',
    `could not open the ledger in ${dir}: there is none. Import something first, or name the ` +
      'folder with --data',
    { data: { dir } },
  );
}

/** The empty checkpoint is written before `countersign.json`, and a crash may come in between. */
function isEmptyLog(files: Disk, dir: string): boolean {
  const checkpoint = readWholeFile(files, layout.checkpoint(dir), MANIFEST_BYTES_MAX);
  return checkpoint === undefined || checkpoint.toString('utf8').split('\n')[1] === '0';
}

function parseJson(bytes: Buffer, path: string): Readonly<Record<string, unknown>> {
  const text = bytes.toString('utf8');
  if (text.trim() === '') throw corrupt(path, 'it is empty');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw corrupt(path, 'it is not JSON, or it is truncated', cause);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw corrupt(path, 'it holds JSON, but not an object');
  }
  return value as Readonly<Record<string, unknown>>;
}

function checkedVkey(vkey: unknown, origin: string, path: string): string {
  const text = typeof vkey === 'string' ? vkey : '';
  if (parseVkey(text).name !== origin) throw corrupt(path, 'it names the key of another log');
  return text;
}

function corrupt(path: string, what: string, cause?: unknown): LedgerError {
  return new LedgerError(
    'FOLDER_CORRUPT',
    `could not read ${path}: ${what}; restore the file from a copy`,
    { cause, data: { path } },
  );
}
