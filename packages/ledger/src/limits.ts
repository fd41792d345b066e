/** Limits of the ledger, each with its reason. */

/** Entries in one batch: keeps the verdict's tables small, and a frame's columns below 4 MiB. */
export const BATCH_ENTRIES_MAX = 65_536;

/** Bodies of one batch before compression: limits the memory of a worker and of recovery. */
export const BATCH_BODY_BYTES_MAX: number = 64 * 1024 * 1024;

/** The name of a source is part of every leaf, which may have 4 KiB. */
export const SOURCE_CHARS_MAX = 200;

/**
 * Batches are split into blocks of at least this size, so that reading a body unpacks few others.
 */
export const BLOCK_BODY_BYTES_TARGET: number = 320 * 1024;

/**
 * Below this size, zstd finds too little to share between records, so smaller blocks are joined.
 */
export const BLOCK_BODY_BYTES_MIN: number = 256 * 1024;

/**
 * The largest block size that a file may claim: limits what a hostile file can make us allocate.
 */
export const BLOCK_BODY_BYTES_MAX: number = 64 * 1024 * 1024;

/** Columns of 48 bytes and a row of at most 40 for each entry of the largest batch. */
export const BLOCK_META_BYTES_MAX: number = 8 * 1024 * 1024;

/** A segment is closed at this length. One erasure rewrites at most this much. */
export const SEGMENT_BYTES_TARGET: number = 64 * 1024 * 1024;

/** A journal file is closed at this length. */
export const JOURNAL_FILE_BYTES_TARGET: number = 64 * 1024 * 1024;

/**
 * A journal file grows by this much at a time if its groups are small: by about 50 groups. Writing
 * it takes a few milliseconds.
 */
export const JOURNAL_RESERVE_BYTES: number = 1024 * 1024;

/** A larger group takes longer to write than its file takes to grow, so nothing is reserved. */
export const JOURNAL_SMALL_GROUP_BYTES: number = 64 * 1024;

/** Frames that share one fdatasync: limits the time until the first of them is acknowledged. */
export const GROUP_BYTES_MAX: number = 16 * 1024 * 1024;

/**
 * A journal file ends with the group that reached the target length, and one frame can be a group.
 */
export const JOURNAL_FILE_BYTES_MAX: number = JOURNAL_FILE_BYTES_TARGET + 16 * GROUP_BYTES_MAX;

/** Durable entries that are not yet integrated. Above this, commits wait for the integration. */
export const BACKLOG_BYTES_MAX: number = 256 * 1024 * 1024;

/**
 * Accepted entries must be in tiles and under a signed checkpoint within 1 s. The rest is for work.
 */
export const INTEGRATION_DELAY_MS = 400;

/** Paths of about 25 bytes, well within a note: two years of one checkpoint per hour. */
export const KEPT_LIST_FILES_MAX = 18_000;

/** The minimum time between retained checkpoints, apart from the one at closing. */
export const CHECKPOINT_KEPT_EVERY_MS: number = 60 * 60 * 1000;

/** A larger difference between wall clock and monotonic clock is a step. NTP slews stay below. */
export const CLOCK_STEP_MS_MIN = 2000;

/** Tile and bundle files that are synced together, and so are open at once. */
export const TILE_FILES_AT_ONCE = 128;

/** A key file or `countersign.json` holds a few hundred bytes. A longer file is not one. */
export const KEY_FILE_BYTES_MAX: number = 16 * 1024;

/** The manifest and the host file: one key per line, and few keys. */
export const MANIFEST_BYTES_MAX: number = 64 * 1024;

/** Segments that one reader keeps open: descriptors, and 50 KiB of index each. */
export const SEGMENTS_OPEN_MAX = 16;

/** The thread pool has four threads: one stays free for the sync of a commit. */
export const FILE_SYNCS_AT_ONCE = 3;

/** Entries whose fingerprints an opening compares with the archive: one block read each. */
export const FINGERPRINT_SAMPLES = 8;

/** A larger buffer is not kept for the next batch, because few batches are that large. */
export const BATCH_SCRATCH_BYTES_MAX: number = 8 * 1024 * 1024;

/**
 * Unpacked blocks that one reader keeps: about 80, the records of a busy person's day. Their bytes
 * are outside the JavaScript heap.
 */
export const BLOCKS_KEPT_BYTES_MAX: number = 32 * 1024 * 1024;

/** Entry bundles that a reader keeps: usually 80 KiB each. */
export const BUNDLES_KEPT_MAX = 32;
