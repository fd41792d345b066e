import { dirname } from 'node:path';
import { assert } from '@countersign/core';
import type { Disk, FileId } from '../disk/disk.ts';
import { makeFolderNoting, syncNewFolders } from '../disk/replace-file.ts';
import { segmentFile } from '../folder/folder-layout.ts';
import { SEGMENT_BYTES_TARGET } from '../limits.ts';
import { corrupt } from './block.ts';
import type { LoadedBlock } from './merge-blocks.ts';
import { rewriteSegment } from './rewrite-segment.ts';
import {
  type BlockPlace,
  encodeSegmentHeader,
  encodeSegmentIndex,
  readSegmentIndex,
  SEGMENT_HEADER_BYTES,
} from './segment.ts';
import { findHolder, listSegments, type SegmentPlace } from './segment-list.ts';

type OpenSegment = {
  readonly path: string;
  readonly day: string;
  readonly file: FileId;
  readonly blocks: BlockPlace[];
  endAt: number;
};

/** Appends blocks to the last segment of the archive. What it wrote counts after {@link sync}. */
export class ArchiveWriter {
  readonly #files: Disk;
  readonly #dir: string;
  #segment: OpenSegment | undefined;
  #end: number;
  /** Closed in this round, and not yet known to be durable. */
  #closing: FileId[] = [];
  readonly #newFolders: Set<string> = new Set();

  private constructor(files: Disk, dir: string, end: number) {
    this.#files = files;
    this.#dir = dir;
    this.#end = end;
  }

  /**
   * Opens the archive of a log with published entries `[0, size)`. Later blocks were written by a
   * process that died before its checkpoint. The journal still holds them, so they are written
   * again.
   * @throws LedgerError SEGMENT_CORRUPT if published bodies are missing
   */
  static async open(files: Disk, dir: string, size: number): Promise<ArchiveWriter> {
    const writer = new ArchiveWriter(files, dir, size);
    const segments = [...listSegments(files, dir)];
    while (segments.length > 0 && (segments.at(-1) as SegmentPlace).firstIndex >= size) {
      files.remove((segments.pop() as SegmentPlace).path);
    }
    const last = segments.at(-1);
    if (last !== undefined) await writer.#reopen(last, size);
    return writer;
  }

  /** The index after the last entry whose body was appended. */
  get end(): number {
    return this.#end;
  }

  append(blocks: readonly LoadedBlock[], day: string): void {
    for (const { header, bytes } of blocks) {
      assert(header.firstIndex === this.#end, 'blocks follow one another');
      const segment = this.#segmentFor(day, header.firstIndex);
      this.#files.write(segment.file, [bytes], segment.endAt);
      segment.blocks.push({
        firstIndex: header.firstIndex,
        count: header.count,
        at: segment.endAt,
      });
      segment.endAt += bytes.length;
      this.#end += header.count;
    }
  }

  /** Resolves when everything appended survives a loss of power. */
  async sync(): Promise<void> {
    for (let file = this.#closing[0]; file !== undefined; file = this.#closing[0]) {
      await this.#files.sync(file);
      this.#files.close(file);
      this.#closing.shift();
    }
    if (this.#segment !== undefined) await this.#files.sync(this.#segment.file);
    await syncNewFolders(this.#files, this.#newFolders);
  }

  /**
   * Erases the bodies of these entries. All MUST be published, and nothing may have been appended
   * since. Each segment is replaced in one step. After a crash, the same call completes the work.
   */
  async rewriteWithout(erase: ReadonlySet<number>): Promise<void> {
    const { files, dir } = { files: this.#files, dir: this.#dir };
    for (const place of segmentsWith(listSegments(files, dir), erase)) {
      const open = this.#segment;
      const isOpen = open?.path === place.path;
      const file = files.open(place.path, 'read');
      try {
        const index = readSegmentIndex(files, file, { ...place, size: this.#end });
        const rewritten = await rewriteSegment({ files, dir }, { file, index }, erase);
        if (rewritten === undefined || !isOpen) continue;
        this.#segment = { ...open, ...rewritten, file: files.open(place.path, 'update') };
        files.close(open.file);
      } finally {
        files.close(file);
      }
    }
  }

  close(): void {
    for (const file of this.#closing.splice(0)) this.#files.close(file);
    if (this.#segment !== undefined) this.#files.close(this.#segment.file);
    this.#segment = undefined;
  }

  async #reopen(last: SegmentPlace, size: number): Promise<void> {
    const file = this.#files.open(last.path, 'update');
    try {
      const segment = await this.#cutBack(last, file, size);
      if (segment === undefined) this.#files.close(file);
      this.#segment = segment;
    } catch (error) {
      this.#files.close(file);
      throw error;
    }
  }

  /**
   * Truncates the segment to the published entries; undefined if it is closed and ends with them.
   */
  async #cutBack(last: SegmentPlace, file: FileId, size: number): Promise<OpenSegment | undefined> {
    const index = readSegmentIndex(this.#files, file, { ...last, size });
    const blocks = index.blocks.filter((block) => block.firstIndex < size);
    const block = blocks.at(-1);
    const end = block === undefined ? last.firstIndex : block.firstIndex + block.count;
    if (end !== size) {
      const place = { path: last.path, at: index.endAt };
      throw corrupt(place, `the bodies end before entry ${end}, the log has ${size}`);
    }
    if (index.closed && blocks.length === index.blocks.length) return undefined;
    const endAt = index.blocks[blocks.length]?.at ?? index.endAt;
    this.#files.truncate(file, endAt);
    await this.#files.sync(file);
    return { path: last.path, day: last.day, file, blocks, endAt };
  }

  #segmentFor(day: string, firstIndex: number): OpenSegment {
    const open = this.#segment;
    if (open !== undefined && open.day === day && open.endAt < SEGMENT_BYTES_TARGET) return open;
    if (open !== undefined) {
      this.#files.write(open.file, [encodeSegmentIndex(open.blocks)], open.endAt);
      this.#closing.push(open.file);
      this.#segment = undefined;
    }
    const path = segmentFile(this.#dir, day, firstIndex);
    makeFolderNoting(this.#files, dirname(path), this.#newFolders);
    this.#newFolders.add(dirname(path));
    const file = this.#files.open(path, 'create');
    const segment = { path, day, file, blocks: [], endAt: SEGMENT_HEADER_BYTES };
    this.#segment = segment;
    this.#files.write(file, [encodeSegmentHeader(firstIndex)], 0);
    return segment;
  }
}

function segmentsWith(
  segments: readonly SegmentPlace[],
  erase: ReadonlySet<number>,
): readonly SegmentPlace[] {
  const found = new Set<SegmentPlace>();
  for (const index of erase) {
    const segment = segments[findHolder(segments, index)];
    if (segment !== undefined) found.add(segment);
  }
  return [...found].sort((a, b) => a.firstIndex - b.firstIndex);
}
