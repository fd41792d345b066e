import { promisify } from 'node:util';
import { messageOf, quoted } from '@countersign/core';
import yauzl, { type Entry, type ZipFile } from 'yauzl';
import { ImportError } from '../../../errors.ts';
import { ARCHIVE_ENTRIES_MAX } from '../../../limits.ts';
import { bomb, isBomb } from './decompress.ts';

export type ZipMember = {
  readonly name: string;
  readonly packedBytes: number;
  /** Rejects with an ImportError if the member cannot be decompressed. */
  open(): Promise<AsyncIterable<Uint8Array>>;
};

/** A ZIP file on disk. `close` MUST be called. */
export type Zip = {
  readonly members: readonly ZipMember[];
  close(): void;
};

/** The location of a ZIP: a file, or a part of another archive that is held in memory. */
export type ZipPlace =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'held'; readonly name: string; readonly bytes: Buffer };

/**
 * Reads the directory of a ZIP file and checks it before anything is decompressed. Refuses too many
 * members, and sizes far beyond `diskBytes` (including overlapping members).
 *
 * @throws ImportError ARCHIVE_DAMAGED, ARCHIVE_BOMB, ARCHIVE_UNSUPPORTED
 */
export async function openZip(place: ZipPlace, diskBytes: number): Promise<Zip> {
  const path = place.kind === 'file' ? place.path : place.name;
  let zip: ZipFile;
  try {
    zip = await promisify((done: (error: Error | null, zip: ZipFile) => void) =>
      place.kind === 'file'
        ? yauzl.open(place.path, OPTIONS, done)
        : yauzl.fromBuffer(place.bytes, OPTIONS, done),
    )();
  } catch (error) {
    throw damaged(path, error);
  }
  try {
    const entries = await readDirectory(zip, path);
    const unpacked = entries.reduce((sum, entry) => sum + entry.uncompressedSize, 0);
    if (isBomb(diskBytes, unpacked)) throw bomb(path);
    const files = entries.filter((entry) => !nameOf(entry).endsWith('/'));
    if (files.some((entry) => nameOf(entry) === '[Content_Types].xml')) throw workbook(path);
    const members = files.map((entry) => memberOf(zip, entry, path));
    return { members: members.sort(byName), close: () => zip.close() };
  } catch (error) {
    zip.close();
    throw error;
  }
}

/** Names are displayed, never used as paths: odd ones must not make a file unreadable. */
const OPTIONS = { lazyEntries: true, autoClose: false, decodeStrings: false } as const;

function byName(a: ZipMember, b: ZipMember): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}

function readDirectory(zip: ZipFile, path: string): Promise<Entry[]> {
  return new Promise((resolve, reject) => {
    const entries: Entry[] = [];
    zip.on('error', (error: Error) => reject(damaged(path, error)));
    zip.on('end', () => resolve(entries));
    zip.on('entry', (entry: Entry) => {
      entries.push(entry);
      if (entries.length > ARCHIVE_ENTRIES_MAX) reject(tooMany(path));
      else zip.readEntry();
    });
    if (zip.entryCount > ARCHIVE_ENTRIES_MAX) reject(tooMany(path));
    else zip.readEntry();
  });
}

function nameOf(entry: Entry): string {
  return entry.fileNameRaw.toString('utf8').replaceAll('\\', '/');
}

function memberOf(zip: ZipFile, entry: Entry, path: string): ZipMember {
  const name = nameOf(entry);
  return {
    name,
    packedBytes: entry.compressedSize,
    open: () =>
      new Promise((resolve, reject) => {
        if (entry.isEncrypted()) return reject(encrypted(path, name));
        if (entry.compressionMethod !== 0 && entry.compressionMethod !== 8) {
          return reject(unsupported(path, name));
        }
        zip.openReadStream(entry, (error, stream) => {
          if (error) reject(damaged(`${path}/${name}`, error));
          else resolve(readMember(stream, `${path}/${name}`));
        });
      }),
  };
}

async function* readMember(
  stream: AsyncIterable<Uint8Array>,
  name: string,
): AsyncGenerator<Uint8Array, void, void> {
  try {
    yield* stream;
  } catch (error) {
    throw damaged(name, error);
  }
}

function damaged(name: string, error: unknown): ImportError {
  return new ImportError(
    'ARCHIVE_DAMAGED',
    `cannot unpack ${quoted(name)}: it is damaged or cut (${messageOf(error)}); get it again`,
    { cause: error },
  );
}

function tooMany(path: string): ImportError {
  return new ImportError(
    'ARCHIVE_BOMB',
    `refused to unpack ${quoted(path)}: it has more than ${ARCHIVE_ENTRIES_MAX} members; ` +
      'if it is genuine, unpack it yourself and import the folder',
  );
}

function encrypted(path: string, name: string): ImportError {
  return new ImportError(
    'ARCHIVE_UNSUPPORTED',
    `cannot unpack ${quoted(`${path}/${name}`)}: it is encrypted; unpack it yourself`,
  );
}

function unsupported(path: string, name: string): ImportError {
  return new ImportError(
    'ARCHIVE_UNSUPPORTED',
    `cannot unpack ${quoted(`${path}/${name}`)}: its compression is not supported; ` +
      'unpack it yourself and import the file',
  );
}

function workbook(path: string): ImportError {
  return new ImportError(
    'ARCHIVE_UNSUPPORTED',
    `cannot read ${quoted(path)}: it is an Office document; save the sheet as CSV (UTF-8)`,
  );
}
