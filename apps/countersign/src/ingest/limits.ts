/** Chunks in flight per worker: enough to hide transfer latency, few enough to bound memory. */
export const CHUNKS_IN_FLIGHT_PER_WORKER = 3;

/**
 * Redelivered records before they are merged. They wait in the workers, at about 6 KB each, and
 * each merge opens the archive blocks of their earlier deliveries.
 */
export const REDELIVERIES_TOGETHER = 4_000;

/** Rejects that a report lists. All are counted and quarantined. */
export const REJECTS_LISTED_MAX = 1_000;

/** The Activity API keeps content for seven days. One more day covers clock skew and long polls. */
export const CONTENT_REMEMBERED_MS: number = 8 * 24 * 3_600_000;

/** Contents in one entry: about a megabyte of text. */
export const CONTENTS_PER_ENTRY = 5_000;

/** Collected records can be queried within two seconds. Each post writes a small file. */
export const POST_EVERY_MS = 1_000;

/** Interval of compaction, because every small file slows queries a little. */
export const COMPACT_EVERY_MS = 3_600_000;

/** New comparisons become due each hour. A difference is reported minutes later. */
export const CROSS_CHECK_EVERY_MS = 300_000;

/** Interval at which canaries are sent and evaluated, and so their maximum delay. */
export const CANARY_POLL_EVERY_MS = 15_000;

/** Canaries of this period are loaded at the start, because content comes no later. */
export const CANARY_REMEMBERED_MS: number = 15 * 24 * 3_600_000;

/** After a crash, records of this period are searched for canaries without a result. */
export const CANARY_LOOKED_BACK_MS: number = 2 * 24 * 3_600_000;
