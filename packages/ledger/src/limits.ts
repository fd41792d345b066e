/** Limits of the ledger, each with its reason. */

/** Entries in one batch: the verdict's tables stay small, and a frame's columns below 4 MiB. */
export const BATCH_ENTRIES_MAX = 65_536;

/** Bodies of one batch before compression: bounds the memory of a worker and of recovery. */
export const BATCH_BODY_BYTES_MAX: number = 64 * 1024 * 1024;

/** The name of a source is part of every leaf, which may have 4 KiB. */
export const SOURCE_CHARS_MAX = 200;

/** Batches are cut into blocks of this or more, so that a body is read without unpacking many. */
export const BLOCK_BODY_BYTES_TARGET: number = 320 * 1024;

/** Below this zstd finds too little to share between records: smaller blocks are joined. */
export const BLOCK_BODY_BYTES_MIN: number = 256 * 1024;

/** A block as a file claims it may not be larger: what a hostile file can make us allocate. */
export const BLOCK_BODY_BYTES_MAX: number = 64 * 1024 * 1024;

/** Columns of 48 bytes and a row of at most 40 for each entry of the largest batch. */
export const BLOCK_META_BYTES_MAX: number = 8 * 1024 * 1024;

/** A segment is closed once it is this long: what one erasure has to rewrite. */
export const SEGMENT_BYTES_TARGET: number = 64 * 1024 * 1024;

/** A journal file is closed once it is this long. */
export const JOURNAL_FILE_BYTES_TARGET: number = 64 * 1024 * 1024;

/** Frames that share one fdatasync: bounds the time until the first of them is acknowledged. */
export const GROUP_BYTES_MAX: number = 16 * 1024 * 1024;

/** Durable and not yet integrated: beyond this, commits wait for the integration. */
export const BACKLOG_BYTES_MAX: number = 256 * 1024 * 1024;

/** Accepted entries are in tiles and under a signed checkpoint within 1 s; the rest is for work. */
export const INTEGRATION_DELAY_MS = 400;

/** Paths of some 25 bytes, well within a note: two years of a checkpoint an hour. */
export const KEPT_LIST_FILES_MAX = 18_000;

/** At most this often a checkpoint is kept for good, apart from the one at closing. */
export const CHECKPOINT_KEPT_EVERY_MS: number = 60 * 60 * 1000;

/** A wall clock that leaves the monotonic clock by more has been stepped; NTP slews stay below. */
export const CLOCK_STEP_MS_MIN = 2000;

/** Tile and bundle files that are synced together: that many are open. */
export const TILE_FILES_AT_ONCE = 128;

/** A key file or `countersign.json` holds a few hundred bytes; a longer one is something else. */
export const KEY_FILE_BYTES_MAX: number = 16 * 1024;

/** What the folder and its host say of themselves: a key a line, and few of them. */
export const FACTS_BYTES_MAX: number = 64 * 1024;

/** Segments that one reader keeps open: descriptors, and 50 KiB of index each. */
export const SEGMENTS_OPEN_MAX = 16;

/** The thread pool has four threads: one stays free for the sync that a commit waits for. */
export const FILE_SYNCS_AT_ONCE = 3;

/** Entries at which an opening compares the fingerprints with the archive: one block read each. */
export const FINGERPRINT_SAMPLES = 8;

/** A buffer larger than this is not kept for the next batch: few batches are as large. */
export const BATCH_SCRATCH_BYTES_MAX: number = 8 * 1024 * 1024;

/** Entry bundles that a reader keeps: 80 KiB each, as a rule. */
export const BUNDLES_KEPT_MAX = 32;
