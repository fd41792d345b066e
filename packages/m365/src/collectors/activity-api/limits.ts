/** Content is listed for seven days. A window is at most one day long. */
export const RETENTION_MS: number = 7 * 24 * 3_600_000;

/** Close to the limit of seven days, a request could be refused while it runs. */
export const RETENTION_MARGIN_MS = 300_000;

/** The longest window that the service accepts. */
export const WINDOW_MS_MAX: number = 24 * 3_600_000;

/** Content of the last hour is requested first, because people may be waiting for it. */
export const NEWS_MS = 3_600_000;

/** A window with more new content than this is processed in slices: a crash costs one slice. */
export const SLICE_CONTENTS_MAX = 500;

/** The length of such a slice. */
export const SLICE_MS = 3_600_000;

/** This much is listed again, because clocks differ and lists may lag. */
export const OVERLAP_MS = 600_000;

/**
 * All seven days are listed again this often, to find content that was listed late before it
 * expires.
 */
export const SWEEP_EVERY_MS: number = 6 * 3_600_000;

/** The minimum time between two starts of a subscription. */
export const START_EVERY_MS = 900_000;

/** Content arrives in blobs every few minutes, so polling more often gains nothing. */
export const POLL_EVERY_MS = 60_000;

/** A poll that catches up pauses after this long, so that new content is polled in between. */
export const POLL_MS_MAX = 120_000;

/** Pages of one list. At 200 items per page, this is two million blobs. */
export const PAGES_MAX = 10_000;

/** One page: a few thousand items of 500 bytes. */
export const LIST_BYTES_MAX: number = 32 * 1024 * 1024;

/** Real blobs have at most a few megabytes. A larger blob than this is an attack on our memory. */
export const BLOB_BYTES_MAX: number = 64 * 1024 * 1024;

/** Concurrent fetches: hides the service's latency, and limits memory. */
export const FETCHES_MAX = 16;

/** An unreadable blob is fetched again in the next polls; after that only in each sweep. */
export const UNREADABLE_TRIES_MAX = 3;

/** A window that keeps failing is requested at least this often. */
export const RETRY_WINDOW_MS_MAX = 3_600_000;

/** A content id has about 150 characters. */
export const CONTENT_ID_CHARACTERS_MAX = 1_024;

/** A larger clock difference is not trusted: it would point into the future. */
export const SKEW_MS_MAX = 3_600_000;

/** The vendor may repeat a notification for this long. */
export const NOTICE_RETRY_MS = 600_000;

/** Remembered content: one week of a busy tenant, at a hundred bytes each. */
export const NOTICES_KEPT_MAX = 500_000;
