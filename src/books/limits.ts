/** Longer text is cut in the books with "…"; the whole stands in the archived body. */
export const COLUMN_CHARS_MAX = 8192;

/** DuckDB refuses longer lines. A row of full columns of three-byte characters stays below. */
export const TSV_LINE_BYTES_MAX: number = 4 * 1024 * 1024;

/** What DuckDB may use before it spills; an import of any size stays below 1 GiB in all. */
export const ENGINE_MEMORY_BYTES: number = 384 * 1024 * 1024;

/** Rows in a Parquet row group: small enough to skip most of a day for one person. */
export const ROW_GROUP_ROWS = 30_720;

/** Below this, hot rows stay in one sorted file: a file for each day and class would be tiny. */
export const PARTITION_ROWS_MIN = 500_000;

/** Rows that one step of compaction sorts; DuckDB spills what does not fit its memory. */
export const COMPACT_ROWS_MAX = 4_000_000;

/** Files of like size in one day before they are merged. */
export const MERGE_FILES_MIN = 4;

/** A reader meets a compaction seldom, and two in a row hardly ever. */
export const FILE_RETRIES_MAX = 3;

/** Names that lead from one to the next before a principal is cut: people have a handful. */
export const KINSHIP_NODES_MAX = 256;

/** Events that DuckDB sorts at a time for a timeline; a single day may be more. */
export const TIMELINE_WINDOW_ROWS = 100_000;

/** Reasons that a statement lists one by one. */
export const REASONS_MAX = 20;

/** Events in one statement: more than anybody reads, and it is held in memory. */
export const STATEMENT_ROWS_MAX = 200_000;
