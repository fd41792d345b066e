import type { CustodyDigest } from './bytes/custody-digest.ts';

/** Where a document's bytes come from. `disk` counts them as they lie on disk. */
export type Source = {
  readonly name: string;
  readonly path: string;
  readonly member: string | undefined;
  readonly disk: CustodyDigest;
  /** Bytes on disk that were spent on this document so far. */
  readonly packedBytes: () => number;
};

export type ReaderOptions = {
  /** Chunks are about so large; the default suits worker threads. */
  readonly chunkBytes?: number;
};
