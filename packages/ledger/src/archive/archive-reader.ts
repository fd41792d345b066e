import type { Disk, FileId } from '../disk/disk.ts';
import { freeBytes } from '../disk/free-bytes.ts';
import { BLOCKS_KEPT_BYTES_MAX, SEGMENTS_OPEN_MAX } from '../limits.ts';
import {
  type BlockHeader,
  type ByteLocation,
  checkMetaDigest,
  corrupt,
  unpackBodies,
} from './block.ts';
import { type BlockMeta, COLUMN_BYTES, decodeMeta } from './block-metadata.ts';
import type { OpenBlock } from './merge-blocks.ts';
import {
  type BlockPlace,
  extendSegmentIndex,
  readBlockHeader,
  readMetaBytes,
  readPackedBytes,
  readSegmentIndex,
  type SegmentIndex,
} from './segment.ts';
import { findHolder, listSegments, type SegmentPlace } from './segment-list.ts';

type OpenSegment = {
  readonly file: FileId;
  readonly inode: bigint;
  readonly index: SegmentIndex;
  /** Every block of an entry below is in the index. */
  indexedTo: number;
};

/** One block without its bodies. */
export type BlockFacts = {
  readonly header: BlockHeader;
  readonly meta: BlockMeta;
  readonly place: ByteLocation;
};

/**
 * Reads the bodies of the entries `[0, size)`. Takes no lock, and never reads beyond `size`.
 *
 * An erasure replaces segments. No body is returned from a segment that this process, another
 * thread of it, or another process has replaced.
 */
export class ArchiveReader {
  readonly #files: Disk;
  readonly #dir: string;
  #size = 0;
  #segments: readonly SegmentPlace[] = [];
  /** Every segment with an entry below is in the list. */
  #listedTo = 0;
  /** Least recently used first. */
  readonly #open: Map<string, OpenSegment> = new Map();
  #lastFacts: (BlockFacts & { readonly segment: OpenSegment }) | undefined;
  readonly #blocks = new BlockCache();

  constructor(files: Disk, dir: string) {
    this.#files = files;
    this.#dir = dir;
  }

  get size(): number {
    return this.#size;
  }

  /**
   * Makes the entries below `size` readable. Closes segments that an erasure has replaced: an open
   * file would keep the erased bodies on the disk. Segments that were not replaced stay open.
   */
  refresh(size: number): void {
    this.#size = size;
    for (const [path, segment] of this.#open) {
      if (this.#files.inodeAt(path) !== segment.inode) this.#closeSegment(path, segment);
    }
  }

  close(): void {
    for (const [path, segment] of this.#open) this.#closeSegment(path, segment);
  }

  /** Unpacked bodies go, too: they may be erased in the file. */
  #closeSegment(path: string, { file }: OpenSegment): void {
    this.#files.close(file);
    this.#open.delete(path);
    this.#lastFacts = undefined;
    this.#blocks.clear();
  }

  /**
   * The archive's metadata of the block that holds entry `index`. Fingerprints outlive an erasure,
   * so that they may be of a segment that was replaced since.
   */
  facts(index: number): BlockFacts {
    const last = this.#lastFacts;
    if (last !== undefined && holds(last.header, index)) return last;
    const { segment, block } = this.#find(index);
    return this.#factsOf(segment, block);
  }

  /**
   * The block that holds entry `index`, with its remaining bodies, for a caller that reads up to
   * entry `to`. A block that is read in part is kept: the next question is often about a neighbor.
   * A scan of whole blocks keeps none.
   */
  block(index: number, to: number): OpenBlock {
    const { segment, block } = this.#find(index);
    const kept = this.#blocks.get(segment, block.firstIndex);
    if (kept !== undefined) return kept;
    const opened = { ...this.#unpack(segment, block), segment };
    this.#blocks.last = opened;
    const isPart = index > block.firstIndex || to < block.firstIndex + block.count;
    if (isPart) this.#blocks.keep(block.firstIndex, opened);
    return opened;
  }

  /** Like {@link block}, but keeps nothing: the block and its memory belong to the caller. */
  unkeptBlock(index: number): OpenBlock & Pick<BlockFacts, 'place'> {
    const { segment, block } = this.#find(index);
    return this.#unpack(segment, block);
  }

  /**
   * Returns true if entry `index` has this version fingerprint. Confirms a claim of a derived
   * index.
   */
  hasVersion(index: number, versions: Uint8Array, offset: number): boolean {
    const { header, meta } = this.facts(index);
    const at = (index - header.firstIndex) * COLUMN_BYTES;
    for (let i = 0; i < COLUMN_BYTES; i++) {
      if (meta.versions[at + i] !== versions[offset + i]) return false;
    }
    return true;
  }

  #unpack(segment: OpenSegment, block: BlockPlace): OpenBlock & Pick<BlockFacts, 'place'> {
    const { header, meta, place } = this.#factsOf(segment, block);
    const packed = readPackedBytes(this.#files, segment.file, { header, at: place.at });
    const bodies = unpackBodies(header, packed, place);
    freeBytes(packed);
    return { header, meta, bodies, place };
  }

  #find(index: number): { readonly segment: OpenSegment; readonly block: BlockPlace } {
    if (index >= this.#size) throw this.#missing(index);
    let found = this.#findListed(index);
    if (found === undefined && this.#listedTo < this.#size) {
      this.#segments = listSegments(this.#files, this.#dir);
      this.#listedTo = this.#size;
      found = this.#findListed(index);
    }
    if (found === undefined) throw this.#missing(index);
    return found;
  }

  #findListed(
    index: number,
  ): { readonly segment: OpenSegment; readonly block: BlockPlace } | undefined {
    const place = this.#segments[findHolder(this.#segments, index)];
    if (place === undefined) return undefined;
    const segment = this.#openSegment(place);
    if (segment === undefined) return undefined;
    const block = segment.index.blocks[findHolder(segment.index.blocks, index)];
    if (block === undefined || index >= block.firstIndex + block.count) return undefined;
    return { segment, block };
  }

  /** Undefined if the file was deleted since the folders were listed. */
  #openSegment(place: SegmentPlace): OpenSegment | undefined {
    const known = this.#open.get(place.path);
    const current = this.#files.inodeAt(place.path);
    if (known !== undefined && current === known.inode) {
      this.#open.delete(place.path);
      this.#open.set(place.path, known);
      this.#extend(known);
      return known;
    }
    if (known !== undefined) this.#closeSegment(place.path, known);
    if (current === undefined) return undefined;
    const file = this.#files.open(place.path, 'read');
    let index: SegmentIndex;
    try {
      index = readSegmentIndex(this.#files, file, { ...place, size: this.#size });
    } catch (error) {
      this.#files.close(file);
      throw error;
    }
    const inode = this.#files.inode(file);
    const opened = { file, inode, index, indexedTo: this.#size };
    this.#open.set(place.path, opened);
    const [oldest] = this.#open;
    if (this.#open.size > SEGMENTS_OPEN_MAX && oldest !== undefined) this.#closeSegment(...oldest);
    return opened;
  }

  #extend(segment: OpenSegment): void {
    if (segment.indexedTo >= this.#size) return;
    extendSegmentIndex(this.#files, segment.file, segment.index, this.#size);
    segment.indexedTo = this.#size;
  }

  #factsOf(segment: OpenSegment, block: BlockPlace): BlockFacts {
    const last = this.#lastFacts;
    const isLast = last?.segment === segment && last.header.firstIndex === block.firstIndex;
    if (!isLast) this.#lastFacts = { ...this.#readFacts(segment, block), segment };
    return this.#lastFacts as BlockFacts;
  }

  #readFacts({ file, index }: OpenSegment, block: BlockPlace): BlockFacts {
    const place: ByteLocation = { path: index.path, at: block.at };
    const header = readBlockHeader(this.#files, file, place);
    if (header.firstIndex !== block.firstIndex || header.count !== block.count) {
      throw corrupt(place, 'the index of the segment describes another block');
    }
    const metaBytes = readMetaBytes(this.#files, file, { header, at: block.at });
    checkMetaDigest(header, metaBytes, place);
    return { header, meta: decodeMeta(header, metaBytes, place), place };
  }

  #missing(index: number): Error {
    const path = this.#segments[findHolder(this.#segments, index)]?.path ?? this.#dir;
    return corrupt({ path, at: 0 }, `it does not hold entry ${index}, which the log has`);
  }
}

type KeptBlock = OpenBlock & { readonly segment: OpenSegment };

/** Unpacked and verified blocks by their first index, least recently used first. */
class BlockCache {
  readonly #blocks = new Map<number, KeptBlock>();
  #bytes = 0;
  last: KeptBlock | undefined;

  /** The block, unless it was unpacked from another file than this one. */
  get(segment: OpenSegment, firstIndex: number): OpenBlock | undefined {
    const isLast = this.last?.header.firstIndex === firstIndex;
    const block = isLast ? this.last : this.#blocks.get(firstIndex);
    if (block?.segment !== segment) {
      this.#remove(firstIndex);
      return undefined;
    }
    if (this.#blocks.delete(firstIndex)) this.#blocks.set(firstIndex, block);
    this.last = block;
    return block;
  }

  keep(firstIndex: number, block: KeptBlock): void {
    this.#blocks.set(firstIndex, block);
    this.#bytes += block.header.bodyBytes;
    for (const oldest of this.#blocks.keys()) {
      if (this.#bytes <= BLOCKS_KEPT_BYTES_MAX) return;
      this.#remove(oldest);
    }
  }

  clear(): void {
    this.#blocks.clear();
    this.#bytes = 0;
    this.last = undefined;
  }

  #remove(firstIndex: number): void {
    this.#bytes -= this.#blocks.get(firstIndex)?.header.bodyBytes ?? 0;
    this.#blocks.delete(firstIndex);
  }
}

function holds(header: BlockHeader, index: number): boolean {
  return index >= header.firstIndex && index < header.firstIndex + header.count;
}
