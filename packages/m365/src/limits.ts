/** Chunks are handed to worker threads; below 256 KiB the hand-over costs more than the copy. */
export const CHUNK_BYTES: number = 512 * 1024;

/** Records of a chunk are held together until they are in the ledger; tiny ones are many. */
export const CHUNK_RECORDS_MAX = 10_000;

/** So much is read before the shape of a file is decided. */
export const SNIFF_BYTES: number = 64 * 1024;

/** An answer states what it is within its first members; what has a longer head is a record. */
export const ENVELOPE_HEAD_BYTES_MAX: number = 64 * 1024;

/** What stands behind a page's list (links, statistics, a schema) is read at once; more is not. */
export const MEMBERS_BYTES_MAX: number = 1024 * 1024;

/** Lists within lists (pages in an array, arrays of pages) that are opened; deeper is a record. */
export const LIST_DEPTH_MAX = 8;

/** A line longer than this is scanned byte by byte, so that many records on it are told apart. */
export const FAST_LINE_BYTES_MAX: number = 64 * 1024;

/** The widest export known, of the Entra portal, has about 400 columns. */
export const COLUMNS_MAX = 4096;

/** Folders within folders. Real exports stay below 20 (`PT1H.json` stores lie 12 deep). */
export const FOLDER_DEPTH_MAX = 64;

/** A ZIP with more members than this is refused: its directory alone would fill the memory. */
export const ARCHIVE_ENTRIES_MAX = 100_000;

/** Real audit records shrink 10 to 60 times; DEFLATE's best, which bombs reach, is 1,032. */
export const ARCHIVE_RATIO_MAX = 250;

/** Below this a high ratio proves nothing (a few repetitive records), and does no harm. */
export const ARCHIVE_RATIO_FREE_BYTES: number = 64 * 1024 * 1024;

/** A gzip within a zstd within a ZIP is already odd. */
export const ARCHIVE_LAYERS_MAX = 3;

/**
 * A ZIP is read from its end: one that lies in an archive, or comes through a pipe, is held. The
 * parts of a portal's download are far smaller.
 */
export const ARCHIVE_HELD_BYTES_MAX: number = 64 * 1024 * 1024;

/** JSON text wrapped as a string, wrapped as a string: three layers were never seen. */
export const STRING_LAYERS_MAX = 3;

/** Each query window has a count of its own; `ResultCount` ends at 50,000. */
export const PAGE_TALLY_BYTES_MAX: number = 16 * 1024 * 1024;

/** Damage is read a second time from the next line on; never more of it than this many times. */
export const RESCAN_FACTOR_MAX = 8;

/** Problems of one poll told one by one in its report; all of them are in the ledger. */
export const PROBLEMS_SHOWN_MAX = 20;
