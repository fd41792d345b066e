/** A token request or a Graph call takes a few KiB; $batch of 20 calls stays far below this. */
export const REQUEST_BODY_BYTES_MAX: number = 4 * 1024 * 1024;

/** Below this, compressing a batch costs more memory for its frame than it saves. */
export const COMPRESS_BYTES_MIN: number = 4 * 1024;

/** Decoded batches that are kept for the next reader: a page of Graph reads the same ones again. */
export const DECODED_BATCHES_MAX: number = 64;
