/** A token request or a Graph call takes a few KiB; $batch of 20 calls stays far below this. */
export const REQUEST_BODY_BYTES_MAX: number = 4 * 1024 * 1024;

/** Below this, compressing a batch costs more memory for its frame than it saves. */
export const COMPRESS_BYTES_MIN: number = 4 * 1024;

/** Decoded batches that are kept for the next reader: a page of Graph reads the same ones again. */
export const DECODED_BATCHES_MAX: number = 64;

/** Windows by event time that each feed keeps: a report's next page begins in the same one. */
export const WINDOWS_KEPT: number = 32;

/** Packed batches that stay in memory: a few million records, a quarter of a small machine. */
export const VAULT_MEMORY_BYTES: number = 1024 * 1024 * 1024;

/** A spill file gives its room back once all in it has expired: an hour or so of a large tenant. */
export const SPILL_FILE_BYTES: number = 1024 * 1024 * 1024;
