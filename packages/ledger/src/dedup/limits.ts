/** Limits and shapes of the fingerprint index. The main module is `fingerprint-index.ts`. */

/**
 * Entries that the memory table holds before it becomes a run. An entry costs 52 bytes, so a table
 * is 52 MiB. Two exist while one is written. A smaller table means more merging for the same
 * ledger.
 */
export const MEMTABLE_ENTRIES: number = 2 ** 20;

/** The maximum size of a table: a slot stores a row number in 22 bits. */
export const MEMTABLE_ENTRIES_MAX: number = 2 ** 22 - 2;

/** Full tables of 52 MiB that may wait for the disk before `caughtUp()` asks the writer to wait. */
export const FROZEN_TABLES_MAX = 2;

/** Entry indices take 48 bits on disk. At a million records per second that lasts nine years. */
export const ENTRY_INDEX_MAX: number = 2 ** 48 - 1;

/**
 * The maximum number of entries that `lookupActions` returns. A sender who repeats one id a million
 * times with other bytes must not make every later lookup walk a million entries.
 */
export const ACTION_ENTRIES_MAX = 1024;

/**
 * The number of runs of one size that are merged into one. At 100 million entries, every entry is
 * then written five times, and a lookup queries four to eight filters.
 */
export const MERGE_FANOUT = 3;

/** Work below this many entries runs at once on the calling thread: about 20 ms. */
export const INLINE_ENTRIES_MAX: number = 2 ** 16;

/** A part (1/32 of the key space) of one run, and its directory, count in 32 bits. */
export const PART_ENTRIES_MAX: number = 2 ** 32 - 1;

/** Bytes written between two fdatasync calls, so that no merge delays a journal commit for long. */
export const SYNC_EVERY_BYTES: number = 16 * 1024 * 1024;

/** Read and write buffers of a merge, in records of 32 bytes: 256 KiB each. */
export const BUFFER_RECORDS = 8192;
