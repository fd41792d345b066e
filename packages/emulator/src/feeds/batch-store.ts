import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type { Feed, FeedRecord } from '../core/feed-record.ts';

import type { Slot, SpillStore } from './spill-store.ts';

/**
 * Creating a compressor for a smaller batch costs more time than the bytes are worth: a small
 * company has thousands of them.
 */
const COMPRESS_BYTES_MIN: number = 16 * 1024;
/**
 * Decoded text in the cache of a feed. The next Graph page reads the same batches, and so does the
 * next poll of a collector that reads the last two days again.
 */
const DECODED_BYTES_MAX: number = 16 * 1024 * 1024;

/** Records that became available together: a blob in the Activity API. */
export type Batch = {
  readonly tenantId: string;
  readonly feed: Feed;
  /** 32 random hex digits, the source of content ids. */
  readonly serial: string;
  readonly availableMs: number;
  /** Its events happened in `[firstMs, lastMs]`. */
  readonly firstMs: number;
  readonly lastMs: number;
  readonly recordCount: number;
  /** No content list shows it. */
  readonly isUnlisted: boolean;
};

export type BatchContent = {
  readonly tenantId: string;
  readonly feed: Feed;
  readonly serial: string;
  readonly availableMs: number;
  readonly isUnlisted: boolean;
  readonly ids: readonly string[];
  readonly atMs: readonly number[];
  readonly completes: readonly boolean[];
  readonly json: readonly string[];
};

export type BatchEntry = {
  readonly id: string;
  readonly atMs: number;
  readonly completes: boolean;
  readonly json: string;
  /** `json`, parsed on first use. */
  readonly body: FeedRecord['body'];
};

/** The positions of the records in a batch. */
type Directory = {
  readonly ids: readonly string[];
  readonly atMs: readonly number[];
  readonly completes: readonly number[];
  /** In UTF-16 units of the decoded text. */
  readonly lengths: readonly number[];
};

/** The original and packed sizes. */
type Pack = { readonly bytes: number; readonly packed: number };

type PackedBatch = Batch & {
  /** The packed bodies, followed by the packed directory. */
  readonly slot: Slot;
  readonly bodies: Pack;
  readonly directory: Pack;
};

/** Records are so repetitive that the fastest level is as good as the default. */
const FAST = { [constants.ZSTD_c_compressionLevel]: 1 };

/** The batches of one feed of one tenant, in order of availability, compressed. */
export class BatchStore {
  readonly #vault: SpillStore;
  readonly #kept: PackedBatch[] = [];
  /** Most recently used last. */
  readonly #decoded = new Map<Batch, readonly BatchEntry[]>();
  #decodedBytes = 0;

  constructor(vault: SpillStore) {
    this.#vault = vault;
  }

  put(content: BatchContent): void {
    const { tenantId, feed, serial, availableMs, ids, atMs, json } = content;
    const directory: Directory = {
      ids,
      atMs,
      completes: content.completes.flatMap((is, i) => (is ? [i] : [])),
      lengths: json.map((text) => text.length),
    };
    const bodies = Buffer.from(`[${json.join(',')}]`, 'utf8');
    const names = Buffer.from(JSON.stringify(directory), 'utf8');
    const [packedBodies, packedNames] = [packed(bodies), packed(names)];
    const batch: PackedBatch = {
      tenantId,
      feed,
      serial,
      availableMs,
      firstMs: atMs.reduce((a, b) => Math.min(a, b)),
      lastMs: atMs.reduce((a, b) => Math.max(a, b)),
      recordCount: json.length,
      isUnlisted: content.isUnlisted,
      slot: this.#vault.keep(Buffer.concat([packedBodies, packedNames])),
      bodies: { bytes: bodies.length, packed: packedBodies.length },
      directory: { bytes: names.length, packed: packedNames.length },
    };
    this.#kept.splice(this.#firstFrom(availableMs + 1), 0, batch);
  }

  available(fromMs: number, toMs: number): readonly Batch[] {
    return this.#kept.slice(this.#firstFrom(fromMs), this.#firstFrom(toMs));
  }

  /** The batches with events in `[fromMs, toMs)`. No batch is available before its events. */
  happened(fromMs: number, toMs: number): readonly Batch[] {
    return this.#kept
      .slice(this.#firstFrom(fromMs))
      .filter((batch) => batch.firstMs < toMs && batch.lastMs >= fromMs);
  }

  /** The records as one JSON array. */
  bytes(batch: Batch): Buffer {
    return this.#bodies(batch as PackedBatch);
  }

  /** The size of that array, without creating it. */
  size(batch: Batch): number {
    return (batch as PackedBatch).bodies.bytes;
  }

  ids(batch: Batch): readonly string[] {
    return this.#directory(batch as PackedBatch).ids;
  }

  entries(batch: Batch): readonly BatchEntry[] {
    const before = this.#decoded.get(batch);
    if (before !== undefined) {
      this.#decoded.delete(batch);
      this.#decoded.set(batch, before);
      return before;
    }
    const entries = this.#decode(batch as PackedBatch);
    this.#decoded.set(batch, entries);
    this.#decodedBytes += this.size(batch);
    for (const oldest of this.#decoded.keys()) {
      if (this.#decodedBytes <= DECODED_BYTES_MAX || oldest === batch) break;
      this.#forgetDecoded(oldest);
    }
    return entries;
  }

  /** Removes batches available before that time. Returns whether there were any. */
  forget(beforeMs: number): boolean {
    const old = this.#kept.splice(0, this.#firstFrom(beforeMs));
    for (const batch of old) {
      this.#forgetDecoded(batch);
      this.#vault.free(batch.slot);
    }
    return old.length > 0;
  }

  #forgetDecoded(batch: Batch): void {
    if (this.#decoded.delete(batch)) this.#decodedBytes -= this.size(batch);
  }

  #bodies({ slot, bodies }: PackedBatch): Buffer {
    return unpacked(this.#vault.read(slot).subarray(0, bodies.packed), bodies.bytes);
  }

  #directory({ slot, bodies, directory }: PackedBatch): Directory {
    const bytes = this.#vault.read(slot).subarray(bodies.packed);
    return JSON.parse(unpacked(bytes, directory.bytes).toString('utf8')) as Directory;
  }

  #decode(batch: PackedBatch): readonly BatchEntry[] {
    const directory = this.#directory(batch);
    const text = this.#bodies(batch).toString('utf8');
    const completes = new Set(directory.completes);
    let at = 1;
    return directory.ids.map((id, i) => {
      const length = directory.lengths[i] as number;
      const json = text.slice(at, at + length);
      at += length + 1;
      return entryOf({ id, atMs: directory.atMs[i] as number, completes: completes.has(i), json });
    });
  }

  /** The position of the first batch available at `ms` or later. */
  #firstFrom(ms: number): number {
    let low = 0;
    let high = this.#kept.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#kept[middle] as PackedBatch).availableMs < ms) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function entryOf(text: Omit<BatchEntry, 'body'>): BatchEntry {
  let body: FeedRecord['body'] | undefined;
  return {
    ...text,
    get body() {
      body ??= JSON.parse(text.json) as FeedRecord['body'];
      return body;
    },
  };
}

/** Into one output chunk that fits everything; default chunks cost as much as the compression. */
function packed(bytes: Buffer): Buffer {
  const { length } = bytes;
  if (length < COMPRESS_BYTES_MIN) return bytes;
  const chunkSize = length + (length >> 8) + FRAME_BYTES;
  return zstdCompressSync(bytes, { chunkSize, pledgedSrcSize: length, params: FAST });
}

/** More than a frame and its blocks add to incompressible data (RFC 8878, section 3.1). */
const FRAME_BYTES = 64;

/**
 * Into one output chunk of the known length; allocating default chunks costs more than filling
 * them.
 */
function unpacked(packed: Buffer, bytes: number): Buffer {
  if (bytes < COMPRESS_BYTES_MIN) return packed;
  return zstdDecompressSync(packed, { chunkSize: bytes });
}
