/** Limits and shapes of the fingerprint index; the door is `fingerprint-index.ts`. */

/**
 * Entries that the memory table holds before it becomes a run. One costs 52 bytes, so a table is
 * 52 MiB; two exist while one is written. A smaller table means more merging for the same ledger.
 */
export const MEMTABLE_ENTRIES: number = 2 ** 20;

/** The most that one table may hold: a slot names a row in 22 bits. */
export const MEMTABLE_ENTRIES_MAX: number = 2 ** 22 - 2;

/** Full tables that wait for the disk before `caughtUp()` asks the writer to wait: 52 MiB each. */
export const FROZEN_TABLES_MAX = 2;

/** Entry indices take 48 bits on disk; at a million records a second that lasts nine years. */
export const ENTRY_INDEX_MAX: number = 2 ** 48 - 1;

/**
 * The most entries that `lookupActions` answers with. A sender who repeats one id a million times
 * with other bytes must not make every further look-up walk a million entries.
 */
export const ACTION_ENTRIES_MAX = 1024;

/**
 * This many runs of one size are merged into one. Every entry is then written five times, and a
 * look-up asks four to eight filters, at 100 million entries.
 */
export const MERGE_FANOUT = 3;

/** Work below this many entries is done at once on the calling thread: about 20 ms. */
export const INLINE_ENTRIES_MAX: number = 2 ** 16;

/** A part (1/32 of the key space) of one run, and its directory, count in 32 bits. */
export const PART_ENTRIES_MAX: number = 2 ** 32 - 1;

/** Bytes written between two fdatasync calls, so that no merge delays a journal commit long. */
export const SYNC_EVERY_BYTES: number = 16 * 1024 * 1024;

/** Read and write buffers of a merge, in records of 32 bytes: 256 KiB each. */
export const BUFFER_RECORDS = 8192;
