import { relative, sep } from 'node:path';
import {
  bundlePath,
  cutBundle,
  HASH_BYTES,
  hashReader,
  isByteEqual,
  parseTilePath,
  rangeHash,
  TILE_WIDTH,
  type TileResource,
  tilePath,
  verifierOf,
} from '@countersign/tlog';
import { type PublishedCheckpoint, publishedOf, readCheckpoint } from '../append/publisher.ts';
import { corrupt } from '../archive/block.ts';
import { readSegmentIndex } from '../archive/segment.ts';
import { listSegments, type SegmentPlace } from '../archive/segment-list.ts';
import { type Disk, nodeFiles } from '../disk/disk.ts';
import { readWholeFile } from '../disk/replace-file.ts';
import { readBundle, readTile } from '../entries/tile-files.ts';
import { indexOfName, layout } from '../folder/folder-layout.ts';
import { type LedgerManifest, noLedger, readManifest } from '../folder/ledger-manifest.ts';
import { isReplaced, openKeptList, readKeptList } from '../folder/retained-file-list.ts';
import { listJournal } from '../journal/journal.ts';
import { readJournal } from '../journal/journal-format.ts';
import { JOURNAL_FILE_BYTES_MAX, MANIFEST_BYTES_MAX } from '../limits.ts';

/** A file of a consistent copy. `path` is relative to the data folder, with `/`. */
export type SnapshotFile = { readonly path: string } & (
  | {
      /** The whole file. Its bytes change only if a body in it is erased. */
      readonly kind: 'whole';
    }
  | {
      /** The first bytes of a file that grows. */
      readonly kind: 'start';
      readonly sizeBytes: number;
    }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
);

/** The files of a ledger as of one checkpoint. */
export type LedgerSnapshot = {
  readonly checkpoint: PublishedCheckpoint;
  /** The keys that signed for the log, oldest first. */
  readonly vkeys: readonly string[];
  /** Durable entries in the journal, which the next opening adds after the checkpoint. */
  readonly journalEntries: number;
  /** All files, ascending by path within each folder. Reads as it goes. */
  files(): Generator<SnapshotFile>;
  /** The root of the first `size` entries. */
  rootAt(size: number): Buffer;
};

/** A key rotation or a busy writer changes the folder between two reads of it. */
const READS_MAX = 16;

/**
 * Lists the files of a consistent copy, while another process writes. Takes no lock and changes
 * nothing. The order of reading makes the copy consistent: journal and list of retained files
 * first, then the checkpoint, so that both are within what it covers or continue it. Files that it
 * covers only grow, apart from erasures: a caller MUST start again if an erasure began meanwhile.
 * @throws LedgerError NO_LEDGER, FOLDER_VERSION, FOLDER_CORRUPT, SEGMENT_CORRUPT
 */
export function snapshotLedger(dir: string, files: Disk = nodeFiles): LedgerSnapshot {
  for (let reads = 1; ; reads++) {
    const before = manifestOf(files, dir);
    const journals = readJournals(files, dir, before.manifest.origin);
    const keptBytes = readKeptList(files, dir);
    const kept = keptBytes === undefined ? new Set<string>() : openKept(keptBytes, before.manifest);
    const checkpoint = readCheckpoint(files, dir, before.manifest);
    const isSame = isByteEqual(manifestOf(files, dir).bytes, before.bytes);
    if (!isSame && reads < READS_MAX) continue;
    const { size } = checkpoint;
    const pending = journals.filter(({ end }) => end > size);
    const parts = { files, dir, size, kept, keptBytes, manifest: before.bytes, journals: pending };
    const note = publishedOf(checkpoint);
    return {
      checkpoint: note,
      vkeys: before.manifest.vkeys,
      journalEntries: Math.max(0, ...pending.map(({ end }) => end - size)),
      files: () => filesOf({ ...parts, note: Buffer.from(note.note) }),
      rootAt: (at) =>
        rangeHash(
          { from: 0, to: at },
          hashReader(size, (tile) => readTile(files, dir, tile)),
        ),
    };
  }
}

type ReadManifest = { readonly bytes: Buffer; readonly manifest: LedgerManifest };

function manifestOf(files: Disk, dir: string): ReadManifest {
  const manifest = readManifest(files, dir);
  const bytes = readWholeFile(files, layout.manifest(dir), MANIFEST_BYTES_MAX);
  if (manifest === undefined || bytes === undefined) throw noLedger(dir);
  return { bytes, manifest };
}

function openKept(bytes: Buffer, { origin, vkeys }: LedgerManifest): ReadonlySet<string> {
  return openKeptList(bytes, { origin, log: vkeys.map((vkey) => verifierOf(vkey)) });
}

type ReadJournal = { readonly path: string; readonly bytes: Buffer; readonly end: number };

function readJournals(files: Disk, dir: string, origin: string): readonly ReadJournal[] {
  return listJournal(files, dir).flatMap(({ path, firstIndex }) => {
    const bytes = readWholeFile(files, path, JOURNAL_FILE_BYTES_MAX);
    if (bytes === undefined) return [];
    const last = readJournal(bytes, { firstIndex, origin }).frames.at(-1);
    return [{ path, bytes, end: last === undefined ? 0 : last.firstIndex + last.count }];
  });
}

type Parts = {
  readonly files: Disk;
  readonly dir: string;
  readonly size: number;
  readonly kept: ReadonlySet<string>;
  readonly keptBytes: Buffer | undefined;
  readonly manifest: Buffer;
  readonly note: Buffer;
  readonly journals: readonly ReadJournal[];
};

function* filesOf(parts: Parts): Generator<SnapshotFile> {
  const { files, dir, size, keptBytes, manifest, note, journals } = parts;
  yield* segmentFiles(parts);
  yield { path: 'countersign.json', kind: 'bytes', bytes: manifest };
  for (const { path, bytes } of journals) {
    yield { path: inFolder(dir, path), kind: 'bytes', bytes };
  }
  yield { path: 'ledger/checkpoint', kind: 'bytes', bytes: note };
  for (const { name } of files.list(layout.keptCheckpoints(dir))) {
    const at = indexOfName(name, '');
    // A later one would show that this copy lacks entries, and its checkpoint covers all it has.
    if (at !== undefined && at <= size) yield { path: `ledger/checkpoints/${name}`, kind: 'whole' };
  }
  if (keptBytes !== undefined) yield { path: 'ledger/kept', kind: 'bytes', bytes: keptBytes };
  yield* tileFiles(parts);
}

/** The last segment grows, and a segment that was closed since may hold later blocks. */
function* segmentFiles({ files, dir, size }: Parts): Generator<SnapshotFile> {
  const segments = listSegments(files, dir).filter(({ firstIndex }) => firstIndex < size);
  for (const segment of segments.slice(0, -1)) {
    yield { path: inFolder(dir, segment.path), kind: 'whole' };
  }
  const last = segments.at(-1);
  if (last !== undefined) yield lastSegment({ files, dir, size }, last);
}

function lastSegment(
  { files, dir, size }: Pick<Parts, 'files' | 'dir' | 'size'>,
  segment: SegmentPlace,
): SnapshotFile {
  const path = inFolder(dir, segment.path);
  const file = files.open(segment.path, 'read');
  try {
    const { blocks, endAt, closed } = readSegmentIndex(files, file, { ...segment, size });
    const covered = blocks.filter(({ firstIndex }) => firstIndex < size);
    const block = covered.at(-1);
    const end = block === undefined ? segment.firstIndex : block.firstIndex + block.count;
    if (end !== size) {
      const place = { path: segment.path, at: endAt };
      throw corrupt(place, `the bodies end before entry ${end}, the log has ${size}`);
    }
    if (closed && covered.length === blocks.length) return { path, kind: 'whole' };
    return { path, kind: 'start', sizeBytes: blocks[covered.length]?.at ?? endAt };
  } finally {
    files.close(file);
  }
}

/** Full tiles in order, each level's partial tiles after them. */
function* tileFiles(parts: Parts): Generator<SnapshotFile> {
  const { size, kept } = parts;
  const partials = [...kept].filter((path) => !isReplaced(path, size)).sort(byNumbers);
  let count = size;
  for (let level = 0; count > 0; level++) {
    const full = Math.floor(count / TILE_WIDTH);
    for (let index = 0; index < full; index++) {
      yield { path: `ledger/${tilePath({ level, index, width: TILE_WIDTH })}`, kind: 'whole' };
    }
    const edge = { level, index: full, width: count % TILE_WIDTH };
    if (edge.width > 0) yield partialFile(parts, { kind: 'tile', ...edge });
    count = full;
  }
  const full = Math.floor(size / TILE_WIDTH);
  for (let index = 0; index < full; index++) {
    yield { path: `ledger/${bundlePath({ index, width: TILE_WIDTH })}`, kind: 'whole' };
  }
  const edge = { index: full, width: size % TILE_WIDTH };
  if (edge.width > 0) yield partialFile(parts, { kind: 'entries', ...edge });
  for (const path of partials) {
    const older = parseTilePath(path);
    if (older !== undefined && !isEdge(older, size)) yield partialFile(parts, older);
  }
}

function byNumbers(one: string, other: string): number {
  return one < other ? -1 : 1;
}

function isEdge(tile: TileResource, size: number): boolean {
  const level = tile.kind === 'tile' ? tile.level : 0;
  const count = Math.floor(size / TILE_WIDTH ** level);
  return tile.index === Math.floor(count / TILE_WIDTH) && tile.width === count % TILE_WIDTH;
}

/** A writer removes a partial tile once the full one exists. Then the full one begins with it. */
function partialFile({ files, dir }: Parts, tile: TileResource): SnapshotFile {
  const { width } = tile;
  if (tile.kind === 'tile') {
    const bytes = readTile(files, dir, tile).subarray(0, width * HASH_BYTES);
    return { path: `ledger/${tilePath(tile)}`, kind: 'bytes', bytes };
  }
  const bytes = cutBundle(readBundle(files, dir, tile), width);
  return { path: `ledger/${bundlePath(tile)}`, kind: 'bytes', bytes };
}

function inFolder(dir: string, path: string): string {
  return relative(dir, path).split(sep).join('/');
}
