/** Contracts 1.6: content is listed for seven days, windows are at most a day long. */
export const RETENTION_MS: number = 7 * 24 * 3_600_000;

/** Near the edge of the seven days a request would be refused while it is under way. */
export const RETENTION_MARGIN_MS = 300_000;

/** The longest window that the service takes. */
export const WINDOW_MS_MAX: number = 24 * 3_600_000;

/** What became available in the last hour is asked for first: somebody may be waiting for it. */
export const NEWS_MS = 3_600_000;

/** A window with more new content than this is taken in slices: a crash costs one of them. */
export const SLICE_CONTENTS_MAX = 500;

/** The length of such a slice. */
export const SLICE_MS = 3_600_000;

/** Lists of so much that was listed before: clocks differ, and lists may be behind themselves. */
export const OVERLAP_MS = 600_000;

/** All seven days are listed again so often: what was listed late is found before it expires. */
export const SWEEP_EVERY_MS: number = 6 * 3_600_000;

/** Contracts 1.3: between two starts of a subscription. */
export const START_EVERY_MS = 900_000;

/** Content arrives in blobs every few minutes: asking more often than this brings nothing. */
export const POLL_EVERY_MS = 60_000;

/** A poll that catches up makes a pause after this long, so that news is asked for in between. */
export const POLL_MS_MAX = 120_000;

/** Pages of one list; at 200 items a page this is two million blobs. */
export const PAGES_MAX = 10_000;

/** One page: a few thousand items of 500 bytes. */
export const LIST_BYTES_MAX: number = 32 * 1024 * 1024;

/** Real blobs are below a few megabytes; a larger one than this is an attack on our memory. */
export const BLOB_BYTES_MAX: number = 64 * 1024 * 1024;

/** Blobs under way at once: hides the latency of a service, and bounds the memory. */
export const FETCHES_MAX = 16;

/** A blob that cannot be read is fetched again with the next polls; then only with each sweep. */
export const UNREADABLE_TRIES_MAX = 3;

/** Contracts 1.10: of a small tenant; grows with seats, so that it is configured. */
export const REQUESTS_PER_MINUTE = 2_000;

/** A window that goes on failing is asked for at least so often. */
export const RETRY_WINDOW_MS_MAX = 3_600_000;

/** An id of content has about 150 characters. */
export const CONTENT_ID_CHARACTERS_MAX = 1_024;

/** A service whose clock claims to be further off is not believed: it would name the future. */
export const SKEW_MS_MAX = 3_600_000;

/** So long the vendor may tell again what it believes was not heard. */
export const NOTICE_RETRY_MS = 600_000;

/** Contents remembered: a week of a busy tenant, at a hundred bytes each. */
export const NOTICES_KEPT_MAX = 500_000;
