/** The export appends every few minutes. */
export const STORAGE_POLL_EVERY_MS = 60_000;

/** Days before the last poll that are listed again, because hours are appended to late. */
export const LIST_BACK_MS: number = 2 * 24 * 3_600_000;

/** For the first start. Older data can be imported. */
export const STORAGE_BACKFILL_MS: number = 7 * 24 * 3_600_000;

/** A page of a list has at most 5,000 blobs of a few hundred bytes. */
export const LIST_BYTES_MAX: number = 16 * 1024 * 1024;

/** Pages of one day's list: 24 hours of each tenant, and unrelated blobs. */
export const LIST_PAGES_MAX = 1_000;

/**
 * Blobs are read in ranges, because an hour of a large tenant has gigabytes. Larger than any
 * record.
 */
export const RANGE_BYTES: number = 32 * 1024 * 1024;

/** A blob that is not an append blob is read whole, up to this size. */
export const WHOLE_BYTES_MAX: number = 64 * 1024 * 1024;

/** A poll that catches up pauses after this long. */
export const STORAGE_POLL_MS_MAX = 120_000;

/**
 * A storage account accepts 20,000 requests per second. This is enough for us, and leaves room for
 * other clients.
 */
export const STORAGE_REQUESTS = 6_000;

/** The period of that allowance. */
export const STORAGE_PER_MS = 60_000;

/** Between two reads of the stream. Meanwhile messages wait in the client. */
export const STREAM_POLL_EVERY_MS = 500;

/** A batch ends after this long without a message. It is then worth a commit. */
export const STREAM_IDLE_MS = 250;

/** A batch of this size is always worth a commit. */
export const STREAM_BATCH_BYTES: number = 32 * 1024 * 1024;

/** The largest message of Event Hubs is 1 MB; in the dedicated tier, 20 MB. */
export const STREAM_FETCH_BYTES: number = 32 * 1024 * 1024;

/** Between two observations of a hub in the ledger, also if nothing arrived. */
export const OBSERVATION_EVERY_MS = 60_000;

/** After this long, a connection without a hub or partition is reopened to check again. */
export const RECHECK_MS = 60_000;

/** An unreachable broker is not retried twice per second. */
export const RECONNECT_AFTER_MS = 5_000;

/** A slower answer of a broker counts as no answer. */
export const STREAM_ASK_TIMEOUT_MS = 10_000;

/** For one request; the next poll retries in any case. */
export const STREAM_RETRIES = 2;

/** How long the group waits for a killed reader. Event Hubs refuses smaller values. */
export const STREAM_SESSION_MS = 10_000;

/** A group with one reader needs no wait, but the protocol requires at least a session. */
export const STREAM_REBALANCE_MS = 15_000;
