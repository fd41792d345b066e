/** Chunks go to worker threads. Below 256 KiB the transfer costs more than the copy. */
export const CHUNK_BYTES: number = 512 * 1024;

/**
 * Records of a chunk stay in memory until they are in the ledger. Limits the count of tiny ones.
 */
export const CHUNK_RECORDS_MAX = 10_000;

/** The length that is read before the format of a file is decided. */
export const SNIFF_BYTES: number = 64 * 1024;

/** An envelope is recognizable by its first members. An object with a longer head is a record. */
export const ENVELOPE_HEAD_BYTES_MAX: number = 64 * 1024;

/**
 * The members after a page's list (links, statistics, a schema) are parsed at once, up to this
 * size.
 */
export const MEMBERS_BYTES_MAX: number = 1024 * 1024;

/** Nested lists (pages in an array, arrays of pages) that are opened. A deeper list is a record. */
export const LIST_DEPTH_MAX = 8;

/** A longer line is scanned byte by byte, so that many records on it are separated. */
export const FAST_LINE_BYTES_MAX: number = 64 * 1024;

/** The widest known export, of the Entra portal, has about 400 columns. */
export const COLUMNS_MAX = 4096;

/** Nested folders. Real exports stay below 20 (`PT1H.json` is 12 levels deep). */
export const FOLDER_DEPTH_MAX = 64;

/** A ZIP with more members is refused: its directory alone would fill the memory. */
export const ARCHIVE_ENTRIES_MAX = 100_000;

/** Real audit records compress 10 to 60 times. DEFLATE's maximum, which bombs reach, is 1,032. */
export const ARCHIVE_RATIO_MAX = 250;

/** Below this size a high ratio proves nothing (a few repetitive records) and does no harm. */
export const ARCHIVE_RATIO_FREE_BYTES: number = 64 * 1024 * 1024;

/** A gzip in a zstd in a ZIP is already unusual. */
export const ARCHIVE_LAYERS_MAX = 3;

/**
 * A ZIP is read from its end, so one inside an archive or a pipe is held in memory. The parts of a
 * portal's download are far smaller.
 */
export const ARCHIVE_HELD_BYTES_MAX: number = 64 * 1024 * 1024;

/** JSON text wrapped in a string, wrapped in a string: no real file had three layers. */
export const STRING_LAYERS_MAX = 3;

/** Each query window has its own count; `ResultCount` ends at 50,000. */
export const PAGE_TALLY_BYTES_MAX: number = 16 * 1024 * 1024;

/**
 * Damaged text is rescanned from the next line on. Limits the total of rescanned bytes to this
 * multiple.
 */
export const RESCAN_FACTOR_MAX = 8;

/** Problems that the report of a poll lists one by one. The ledger has all of them. */
export const PROBLEMS_SHOWN_MAX = 20;
