/** What one listing gives at most, by the service's own figure. */
export const LIST_RESULTS_MAX = 5_000;
/** Rendered hours that are kept: collectors read the last ones again and again. */
export const HOURS_KEPT = 8;
/** A lifecycle rule deletes blobs at this age, as companies set one; the store keeps no longer. */
export const BLOB_DAYS = 30;
/** Event Hubs takes messages of 1 MiB in the standard tier; the export stays well below. */
export const MESSAGE_BYTES_MAX: number = 256 * 1024;
/** Messages that one request to the broker carries: their sizes add up to its limit. */
export const MESSAGES_PER_SEND = 20;
/** The service computes the digest of a range up to this size. */
export const RANGE_MD5_BYTES_MAX: number = 4 * 1024 * 1024;
/** A user delegation key lasts seven days at most, by the service's own figure. */
export const DELEGATION_KEY_MS: number = 7 * 86_400_000;
