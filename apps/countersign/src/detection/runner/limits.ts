/** What took longer asked for much: then the memory of the engine is given back. */
export const GIVE_BACK_AFTER_MS = 500;

/** Findings appended at a time: some megabytes, and one wait for the disk. */
export const FINDINGS_PER_APPEND = 2_000;

/** Findings of which judges may be ahead of what is appended: some megabytes for each thread. */
export const FINDINGS_AHEAD_MAX = 4_000;

/** What looks back over weeks takes a tenth of one core at most, however large the tenant. */
export const STREAM_REST_TIMES = 9;

/**
 * Entries that one detector skips. Each costs as many looks as the ledger's size has bits; who is
 * skipped on more than this is failed by what came in as a whole.
 */
export const SKIPPED_ENTRIES_MAX = 64;

/** What failed is given another try by each process, and by one that runs on as often as this. */
export const FAILED_RETRY_MS = 3_600_000;

/** A judge that failed whatever it read rests so long: the next look would fail as well. */
export const FAILED_REST_MS = 60_000;
