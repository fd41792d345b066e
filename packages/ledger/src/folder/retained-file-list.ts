import { join } from 'node:path';
import {
  bundlePath,
  edgeTiles,
  formatNote,
  NOTE_BYTES_MAX,
  type NoteSigner,
  type NoteVerifier,
  openNote,
  parseNote,
  parseTilePath,
  TILE_WIDTH,
  tilePath,
  tileWidth,
} from '@countersign/tlog';
import type { Disk } from '../disk/disk.ts';
import { readWholeFile, replaceFile } from '../disk/replace-file.ts';
import { LedgerError } from '../errors.ts';
import { KEPT_LIST_FILES_MAX } from '../limits.ts';
import { indexOfName, layout } from './folder-layout.ts';

/**
 * The file `ledger/kept`: required files that no checkpoint covers, namely retained checkpoints and
 * the partial tiles of earlier ones. Without the list, an attacker could remove such a file
 * unnoticed. Removing the last retained checkpoint would hide that the log was truncated.
 *
 * The file is a signed note. Its text is a heading that no checkpoint can begin with, then one path
 * per line, relative to `ledger/`. It may lag behind the folder (a crash between the two), and
 * never lists a file before it was durable.
 */
export type RetainedFileList = ReadonlySet<string>;

function keptListText(origin: string, paths: Iterable<string>): string {
  return [headingOf(origin), ...paths].map((line) => `${line}\n`).join('');
}

/** @throws LedgerError MALFORMED_NOTE, BAD_SIGNATURE, UNTRUSTED_NOTE, MALFORMED_KEY */
export function openKeptList(
  bytes: Uint8Array,
  trust: { readonly origin: string; readonly log: readonly NoteVerifier[] },
): RetainedFileList {
  const note = parseNote(bytes);
  const { text, unverified } = openNote(note, trust.log);
  const [heading, ...paths] = text.split('\n').slice(0, -1);
  const isOurs = heading === headingOf(trust.origin) && unverified.length === 0;
  // Rereads strictly: a changed byte must not hide in another spelling.
  if (!isOurs || formatNote(note) !== Buffer.from(bytes).toString('utf8')) {
    throw new LedgerError(
      'MALFORMED_NOTE',
      'could not read the list of retained files: its format is unknown',
    );
  }
  return new Set(paths);
}

/** Lists the files that exist now, and the files of an earlier list. */
export async function writeKeptList(parts: {
  readonly files: Disk;
  readonly dir: string;
  readonly signer: NoteSigner;
  readonly size: number;
  readonly before: RetainedFileList;
}): Promise<RetainedFileList> {
  const { files, dir, signer, size, before } = parts;
  const paths = new Set<string>();
  for (const path of before) if (!isReplaced(path, size)) paths.add(path);
  for (const { name } of files.list(layout.keptCheckpoints(dir))) {
    if (indexOfName(name, '') !== undefined) paths.add(`checkpoints/${name}`);
  }
  for (const path of olderPartials(files, dir, size)) paths.add(path);
  const latest = [...paths].sort().slice(-KEPT_LIST_FILES_MAX);
  const text = keptListText(signer.key.name, latest);
  const note = formatNote({ text, signatures: [signer.sign(text)] });
  await replaceFile(files, { dir, path: layout.keptList(dir) }, Buffer.from(note));
  return new Set(latest);
}

/** Returns undefined if there is none. If it was changed, fsck reports it. */
export function readKeptList(files: Disk, dir: string): Buffer | undefined {
  return readWholeFile(files, layout.keptList(dir), NOTE_BYTES_MAX + 1);
}

/** A partial tile may be removed once the full one exists (C2SP tlog-tiles). */
export function isReplaced(path: string, size: number): boolean {
  const tile = parseTilePath(path);
  if (tile === undefined) return false;
  return tileWidth(tile.kind === 'tile' ? tile.level : 0, tile.index, size) === TILE_WIDTH;
}

function* olderPartials(files: Disk, dir: string, size: number): Generator<string> {
  for (const { level, index, width } of edgeTiles(size)) {
    const full = { index, width: TILE_WIDTH };
    const folders = [tilePath({ ...full, level }), ...(level === 0 ? [bundlePath(full)] : [])];
    for (const folder of folders) {
      for (const { name } of files.list(layout.logFile(dir, `${folder}.p`))) {
        const path = join(`${folder}.p`, name);
        const older = parseTilePath(path);
        if (older !== undefined && older.width < width) yield path;
      }
    }
  }
}

function headingOf(origin: string): string {
  return `kept by ${origin}`;
}
