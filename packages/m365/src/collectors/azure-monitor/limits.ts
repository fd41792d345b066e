/** The export appends every few minutes. */
export const STORAGE_POLL_EVERY_MS = 60_000;

/** So many days before the last poll are listed again: hours are appended to late. */
export const LIST_BACK_MS: number = 2 * 24 * 3_600_000;

/** Of the first start; what is kept longer is there to be imported. */
export const STORAGE_BACKFILL_MS: number = 7 * 24 * 3_600_000;

/** A page of a list has at most 5,000 blobs of a few hundred bytes. */
export const LIST_BYTES_MAX: number = 16 * 1024 * 1024;

/** Lists of one day: 24 hours of each tenant, and whatever else lies there. */
export const LIST_PAGES_MAX = 1_000;

/** Blobs are read in ranges: an hour of a large tenant has gigabytes. More than a record has. */
export const RANGE_BYTES: number = 32 * 1024 * 1024;

/** A blob that is no append blob is read whole, if it is not larger. */
export const WHOLE_BYTES_MAX: number = 64 * 1024 * 1024;

/** A poll that catches up makes a pause after this long. */
export const STORAGE_POLL_MS_MAX = 120_000;

/** A storage account takes 20,000 requests a second: enough for us, and nobody else is hindered. */
export const STORAGE_REQUESTS = 6_000;

/** The time over which those are counted. */
export const STORAGE_PER_MS = 60_000;

/** Between two looks at the stream; messages wait in the client meanwhile. */
export const STREAM_POLL_EVERY_MS = 500;

/** A batch ends when nothing came for so long: what came is then worth a commit. */
export const STREAM_IDLE_MS = 250;

/** A batch of so many bytes is worth a commit in any case. */
export const STREAM_BATCH_BYTES: number = 32 * 1024 * 1024;

/** The largest message that Event Hubs takes is 1 MB, of the dedicated tier 20 MB. */
export const STREAM_FETCH_BYTES: number = 32 * 1024 * 1024;

/** What came of a hub, or that nothing did, is told of in the ledger so often. */
export const SAY_EVERY_MS = 60_000;

/** After so long a connection that lacks a hub or a partition is made anew, to look again. */
export const LOOK_AGAIN_MS = 60_000;

/** A broker that is away is not asked twice a second whether it is back. */
export const RECONNECT_AFTER_MS = 5_000;

/** An answer of a broker that takes longer is none. */
export const STREAM_ASK_TIMEOUT_MS = 10_000;

/** Of one request; the next poll tries again in any case. */
export const STREAM_RETRIES = 2;

/** A reader that was killed is waited for so long; below this Event Hubs refuses to be asked. */
export const STREAM_SESSION_MS = 10_000;

/** A group of one reader has nothing to wait for; the protocol wants no less than a session. */
export const STREAM_REBALANCE_MS = 15_000;
