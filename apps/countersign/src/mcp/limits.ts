/** One caller's calls at a time: an agent asks a few questions beside each other, not hundreds. */
export const CALLS_OF_CALLER_MAX = 4;

/** All calls at a time: each may hold a query process, and people ask questions beside agents. */
export const CALLS_MAX = 16;

/** A question about a covered period answers in seconds. Agents give up after about a minute. */
export const CALL_MS_MAX = 45_000;

/** Rows of a list without `limit`: an agent reads a page, not a table. */
export const ROWS_DEFAULT = 50;

/** Rows of a list: more belong in a query that counts, or in a feed. */
export const ROWS_MAX = 500;

/** Rows that are read to list the worst first: a large tenant has a few thousand findings. */
export const SORTED_ROWS_MAX = 10_000;

/** Members of a list inside one row. */
export const INNER_ROWS_MAX = 20;

/** One result as JSON: about 16,000 tokens, which clients accept without cutting it. */
export const RESULT_BYTES_MAX: number = 64 * 1024;

/** One text of a record, in code points: names and subjects are shorter. */
export const TEXT_MAX = 300;

/** A text that Countersign wrote for people, with names inside. */
export const PROSE_MAX = 2000;

/** The body of an entry, read as a resource: a record of the vendor has 1 to 20 KB. */
export const BODY_TEXT_MAX: number = 32 * 1024;

/** Evidence of one claim; the number of all is stated beside it. */
export const CLAIM_EVIDENCE_MAX = 8;

/** Evidence of a whole result; the number of all is stated beside it. */
export const RESULT_EVIDENCE_MAX = 40;

/** Reasons of one answer; the number of the others is stated. */
export const REASONS_MAX = 10;

/** Levels of a value from a record, for example a JSON column of a query. */
export const VALUE_DEPTH_MAX = 6;

/** A request: a tool name and a few arguments. A query is the longest. */
export const REQUEST_BYTES_MAX: number = 256 * 1024;

/** Open subscriptions. Tools and entries never change during a connection. */
export const SUBSCRIPTIONS_MAX = 1;
