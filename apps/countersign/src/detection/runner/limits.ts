/** After a longer run, the engine's memory is returned to the system. */
export const GIVE_BACK_AFTER_MS = 500;

/** Findings per append: a few megabytes, and one disk sync. */
export const FINDINGS_PER_APPEND = 2_000;

/** Findings that detectors may be ahead of the appends: a few megabytes per thread. */
export const FINDINGS_AHEAD_MAX = 4_000;

/** Detectors that look back over weeks use at most a tenth of one core, for any tenant size. */
export const STREAM_REST_TIMES = 9;

/**
 * Entries that one detector may skip. Finding each takes as many runs as the ledger size has bits.
 * With more, the input as a whole is the cause.
 */
export const SKIPPED_ENTRIES_MAX = 64;

/** A failed unit is retried by each process, and in a long-running one at this interval. */
export const FAILED_RETRY_MS = 3_600_000;

/** Rest time of a detector that failed on any input, because the next run would fail too. */
export const FAILED_REST_MS = 60_000;
