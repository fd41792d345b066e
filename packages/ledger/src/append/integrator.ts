import { dirname, join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { assert } from '@countersign/core';
import { BundleBuilder, bundlePath, MerkleTree, TILE_WIDTH, tilePath } from '@countersign/tlog';
import { ArchiveWriter } from '../archive/archive-writer.ts';
import { type LoadedBlock, mergeSmallBlocks } from '../archive/merge-blocks.ts';
import type { Disk } from '../disk/disk.ts';
import { FileBatch, syncNewFolders } from '../disk/replace-file.ts';
import { readBundle, readTile } from '../entries/tile-files.ts';
import { dayOf, layout } from '../folder/folder-layout.ts';
import type { Frame } from '../journal/journal-frame.ts';
import { TILE_FILES_AT_ONCE } from '../limits.ts';

/**
 * Turns frames into the log (tiles and entry bundles) and the archive (segments). The writer passes
 * frames that it just made durable; recovery passes frames from the journal. Both use this same
 * path. Integrated entries count once a checkpoint over them is published, which is the publisher's
 * task.
 */
export class Integrator {
  readonly #files: Disk;
  readonly #dir: string;
  readonly #tree: MerkleTree;
  readonly #bundles: BundleBuilder;
  readonly #archive: ArchiveWriter;
  readonly #batch: FileBatch;
  /**
   * Full tiles and bundles whose partial forms may be removed once a checkpoint covers the full
   * ones.
   */
  #filled: string[] = [];

  private constructor(
    files: Disk,
    dir: string,
    parts: {
      readonly tree: MerkleTree;
      readonly bundles: BundleBuilder;
      readonly archive: ArchiveWriter;
    },
  ) {
    this.#files = files;
    this.#dir = dir;
    this.#tree = parts.tree;
    this.#bundles = parts.bundles;
    this.#archive = parts.archive;
    this.#batch = new FileBatch(files, dir);
  }

  /** Continues the log from its checkpoint of `size` entries. */
  static async open(files: Disk, dir: string, size: number): Promise<Integrator> {
    const tree = MerkleTree.restore(size, (tile) => readTile(files, dir, tile));
    const width = size % TILE_WIDTH;
    const index = Math.floor(size / TILE_WIDTH);
    const bytes = width === 0 ? Buffer.alloc(0) : readBundle(files, dir, { index, width });
    const bundles = BundleBuilder.restore(size, bytes);
    const archive = await ArchiveWriter.open(files, dir, size);
    return new Integrator(files, dir, { tree, bundles, archive });
  }

  get size(): number {
    return this.#tree.size;
  }

  root(): Buffer {
    return this.#tree.root();
  }

  /**
   * Resolves when all tiles, bundles and bodies of the frames are in place and durable. A crash
   * before that leaves files that no checkpoint covers. The same frames are still in the journal
   * and recreate these files byte by byte. An error leaves the object unusable.
   */
  async integrate(frames: readonly Frame[]): Promise<void> {
    if (frames.length === 0) return;
    try {
      await this.#integrate(frames);
    } catch (error) {
      this.#batch.abandon();
      throw error;
    }
  }

  async #integrate(frames: readonly Frame[]): Promise<void> {
    for (const frame of frames) {
      assert(frame.firstIndex === this.#tree.size, 'frames follow one another');
      this.#bundles.append(frame.leaves, frame.count, (bundle, parts) => {
        this.#addFull(bundlePath(bundle), parts);
      });
      this.#tree.appendLeaves(frame.hashes, (tile, hashes) => {
        this.#addFull(tilePath(tile), [hashes]);
      });
      if (this.#batch.count >= TILE_FILES_AT_ONCE) await this.#batch.commit();
      // Building files and hashing run on this thread, so yield to commits in between.
      else await nextTurn();
    }
    for (const { tile, hashes } of this.#tree.edge()) {
      this.#batch.add(layout.logFile(this.#dir, tilePath(tile)), [hashes]);
    }
    const edge = this.#bundles.edge();
    if (edge !== undefined) {
      this.#batch.add(layout.logFile(this.#dir, bundlePath(edge.bundle)), edge.parts);
    }
    this.#archiveBodies(frames);
    await this.#batch.commit();
    await this.#archive.sync();
  }

  /**
   * Removes partial tiles that full ones supersede, durably. Call it after a checkpoint covers the
   * full ones, and before the journal releases their entries: recovery finds the tiles through
   * these entries.
   */
  removeStalePartials(): Promise<void> {
    return removePartials(this.#files, this.#dir, this.#filled.splice(0));
  }

  /** Erases bodies permanently. The tree, and so every proof, does not change. */
  rewriteWithout(erase: ReadonlySet<number>): Promise<void> {
    return this.#archive.rewriteWithout(erase);
  }

  close(): void {
    this.#archive.close();
  }

  #addFull(path: string, parts: readonly Uint8Array[]): void {
    this.#batch.add(layout.logFile(this.#dir, path), parts);
    this.#filled.push(path);
  }

  /** Joins small neighboring blocks, but not across midnight: a segment belongs to one day. */
  #archiveBodies(frames: readonly Frame[]): void {
    let day = '';
    let blocks: LoadedBlock[] = [];
    for (const frame of frames) {
      const frameDay = dayOf(frame.seenMs);
      if (frameDay !== day) {
        this.#archive.append(mergeSmallBlocks(blocks), day);
        blocks = [];
        day = frameDay;
      }
      const place = { path: 'the journal', at: 0 };
      for (const { header, bytes } of frame.blocks) blocks.push({ header, bytes, place });
    }
    this.#archive.append(mergeSmallBlocks(blocks), day);
  }
}

/**
 * After a crash between a checkpoint and the removal, the entries still in the journal show which
 * tiles may have superseded partial forms.
 */
export async function removePartialsBetween(
  files: Disk,
  dir: string,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<void> {
  const full: string[] = [];
  let first = from;
  let end = to;
  for (let level = 0; end >= TILE_WIDTH; level++) {
    first = Math.floor(first / TILE_WIDTH);
    end = Math.floor(end / TILE_WIDTH);
    for (let index = first; index < end; index++) {
      full.push(tilePath({ level, index, width: TILE_WIDTH }));
      if (level === 0) full.push(bundlePath({ index, width: TILE_WIDTH }));
    }
  }
  await removePartials(files, dir, full);
}

async function removePartials(
  files: Disk,
  dir: string,
  fullPaths: readonly string[],
): Promise<void> {
  const changed = new Set<string>();
  for (const path of fullPaths) {
    const folder = `${layout.logFile(dir, path)}.p`;
    const partials = files.list(folder);
    if (partials.length === 0) continue;
    for (const { name } of partials) files.remove(join(folder, name));
    files.removeFolder(folder);
    changed.add(dirname(folder));
  }
  await syncNewFolders(files, changed);
}
