/** Longer text is truncated with "…" in the store. The archived body has the full text. */
export const COLUMN_CHARS_MAX = 8192;

/** DuckDB memory per thread before it spills. */
export const ENGINE_THREAD_BYTES: number = 256 * 1024 * 1024;

/**
 * The same for compaction, whose sorts need some memory even while spilling. Half a million wide
 * rows of a tenant with several feeds failed with 256 MiB. With 384 MiB, 4.9 million rows in 519
 * files passed, in a process of 650 MiB. A failed compaction gets twice as much.
 */
export const COMPACTION_THREAD_BYTES: number = 384 * 1024 * 1024;

/** Findings that an open reader keeps parsed, at about 4 KiB each. */
export const FINDINGS_KEPT_MAX = 50_000;

/** How long the empty folder of an engine that did not close is kept. */
export const SPILL_FOLDER_KEPT_MS: number = 24 * 60 * 60_000;

/** DuckDB returns memory to the system if a query frees more than this. */
export const ENGINE_FREED_BYTES_KEPT: number = 32 * 1024 * 1024;

/** Rows that a worker's buffer holds uncompressed, and sorts. */
export const BUFFER_ROWS = 30_720;

/** Rows that a new buffer has room for. Most batches of a running service are smaller. */
export const BUFFER_ROWS_MIN = 512;

/**
 * Rows per row group of a new file. DuckDB skips row groups without the actor it looks for. One
 * person's day took 31 ms of CPU time with unsorted rows, 26 ms with one sorted group per buffer,
 * 20 ms with three and 17 ms with four times as many, which cost full scans more.
 */
export const ROW_GROUP_ROWS: number = BUFFER_ROWS / 3;

/** A column chunk with a longer minimum or maximum states neither. A reader then skips less. */
export const RANGE_BYTES_MAX = 256;

/**
 * Rows per row group of a compacted file. DuckDB reads all columns of every row group that may
 * match, at about 0.8 µs per row. Smaller groups would let it skip more for one person, but cost
 * more in full scans.
 */
export const SORTED_GROUP_ROWS = 16_384;

/**
 * Below this number, hot rows are not partitioned. A file per day and class would be tiny, and
 * writing it costs more than scanning other rows ever will.
 */
export const PARTITION_ROWS_MIN = 4_000_000;

/** The same for rows left after the first step, because files for their days exist by then. */
export const PARTITION_REST_MIN = 250_000;

/** Hot files before the small ones are merged. Each file costs a query about a millisecond. */
export const HOT_FILES_MAX = 64;

/** Superseded rows before compaction removes them. Until then queries skip them. */
export const SUPERSEDED_MAX = 10_000;

/**
 * Share of superseded rows from which a file is rewritten. If two feeds report the same sign-ins,
 * these are the files of the last hours. To rewrite all hot files for the rest took most of a large
 * tenant's compaction.
 */
export const SUPERSEDED_SHARE: number = 1 / 20;

/**
 * If more superseded rows would remain, more files are rewritten, because each query loads them
 * first.
 */
export const SUPERSEDED_REST_MAX = 50_000;

/** Rows that one compaction step sorts. DuckDB spills what exceeds its memory. */
export const COMPACT_ROWS_MAX = 4_000_000;

/** An event file of a day with fewer rows has no summary, because reading it is fast. */
export const SUMMARY_ROWS_MIN = 10_000;

/**
 * Files of similar size within one day before they are merged. Reading one person's day reads one
 * row group per file. Sizes stay a geometric series, so a row is rewritten rarely.
 */
export const MERGE_FILES_MIN = 2;

/** A compaction rarely interrupts a reader, and two in a row hardly ever do. */
export const FILE_RETRIES_MAX = 3;

/** Names in a chain before the resolution of a principal is cut. People have a handful. */
export const IDENTITY_RESOLVER_NODES_MAX = 256;

/**
 * Events that DuckDB sorts at once for a timeline. Whole rows of 40,000 to 100,000 events of a busy
 * day need more than the 256 MiB of a reader.
 */
export const TIMELINE_WINDOW_ROWS = 40_000;

/**
 * The same for the first windows, because a page needs a hundred events, and reads the bodies of
 * almost two hundred. Of each file, DuckDB decodes the parts with rows of the window.
 */
export const TIMELINE_FIRST_ROWS: readonly number[] = [200, 1_000, 5_000];

/** A running collector polls about every minute. After this time the source is no longer polled. */
export const ASKED_WITHIN_MS: number = 15 * 60_000;

/** Reasons that a statement lists individually. */
export const REASONS_MAX = 20;

/** Events in one statement. It is held in memory, and no reader reads more. */
export const STATEMENT_ROWS_MAX = 200_000;

/** Queries are written by a person or a program. Longer text is an attack or a mistake. */
export const QUERY_CHARS_MAX = 100_000;

/** Query time limit unless the caller states another. */
export const QUERY_MS_MAX = 60_000;

/** A query that ignores the interrupt for this long is killed. */
export const QUERY_GRACE_MS = 2_000;

/** DuckDB memory of a query before it spills or fails. */
export const QUERY_MEMORY_BYTES: number = 512 * 1024 * 1024;

/**
 * A query process above this size is killed. DuckDB does not count values that functions create
 * (`repeat('x', 3000000000)`), so its own limit does not stop them.
 */
export const QUERY_PROCESS_BYTES_MAX: number = 1536 * 1024 * 1024;

/** Interval of the memory check in a query process. It can grow by about 200 MB in between. */
export const QUERY_CHECK_MS = 25;

/** Superseded tables that a reader keeps for queries in progress. */
export const SNAPSHOTS_KEPT = 4;

/** Distinct texts in a column before it decides whether a dictionary pays. */
export const DICTIONARY_SIZE_MIN = 2048;

/** Above this share of distinct texts, a column is written without a dictionary. */
export const DICTIONARY_SHARE_MAX = 0.6;

/** Smaller column chunks are not compressed, because the frame would exceed the savings. */
export const COMPRESS_BYTES_MIN = 128;

/** Observations that a reader folds itself per query. Beyond this, the writer folds them once. */
export const OBSERVATIONS_UNFOLDED_MAX = 2_000;

/**
 * How long a reader keeps the coverage without a new observation. Sources become late after
 * minutes. Thousands of observations of a month take 70 ms.
 */
export const COVERAGE_KEPT_MS = 5_000;

/** SQLite page cache of the writer, because an import's signals touch pages of all its days. */
export const STATE_CACHE_BYTES: number = 16 * 1024 * 1024;

/** Signals read at once, at a few hundred bytes each. A larger group is read whole. */
export const SIGNALS_TOGETHER_MAX = 10_000;

/** Touched groups read at once. */
export const TOUCHED_TOGETHER_MAX = 5_000;

/** Time between two manifests while rows arrive. With many files, each takes milliseconds. */
export const MANIFEST_INTERVAL_MS = 10_000;

/** Ids that share a shortened form. Beyond this, listing them does not help. */
export const IDS_LIKE_MAX = 20;
