import type { CustodyDigest } from './bytes/custody-digest.ts';

/** The source of a document's bytes. `disk` counts the bytes on disk. */
export type Source = {
  readonly name: string;
  readonly path: string;
  readonly member: string | undefined;
  readonly disk: CustodyDigest;
  /** Bytes on disk that were spent on this document so far. */
  readonly packedBytes: () => number;
};

export type ReaderOptions = {
  /** The approximate size of chunks. The default suits worker threads. */
  readonly chunkBytes?: number;
};
