/** Standard Webhooks recommends 15 to 30 seconds. Other receivers answer faster. */
export const ANSWER_TIMEOUT_MS = 20_000;

/** A receiver that is reachable accepts a connection within a few round trips. */
export const CONNECT_TIMEOUT_MS = 10_000;

/** Answers of receivers are short. The largest states an error for each record of a batch. */
export const ANSWER_BYTES_MAX: number = 256 * 1024;

/** Longer header blocks are no answer of a receiver. */
export const ANSWER_HEADER_BYTES_MAX: number = 32 * 1024;

/** A receiver that asks for a longer pause is asked again after this one. */
export const RETRY_AFTER_MAX_MS: number = 24 * 3_600_000;

/** More connections than any sink has batches in flight gain nothing. */
export const CONNECTIONS_MAX = 32;

/** A receiver that restarts is back within seconds. */
export const BACKOFF_MIN_MS = 1000;

/** A receiver that is down for hours gets everything within five minutes of its return. */
export const BACKOFF_MAX_MS: number = 5 * 60_000;

/** Feeds that failed together must not retry together. */
export const JITTER_RATIO = 0.2;

/** A feed that waits notices new entries, and acts of operators, this soon. */
export const FEED_POLL_MS = 250;

/** Batches in flight get this long to finish when the service stops: less than its 5 seconds. */
export const STOP_GRACE_MS = 2000;

/** A sink that cannot close in this time is abandoned. */
export const CLOSE_GRACE_MS = 1000;

/** A receiver that refuses this many records in a row is broken: skipping more would lose more. */
export const REFUSED_IN_A_ROW_MAX = 100;

/** More refused records than an operator can review are a fault of the feed, not of records. */
export const REFUSED_KEPT_MAX = 10_000;

/** A full disk is asked again this often. */
export const STATE_RETRY_MS = 5000;

/** Feeds that keep up read the same few hundred entries. */
export const BUILT_RECORDS_MAX = 2000;

/** The largest window of a receiver has 32,000 records. Further apart, a reader would wait long. */
export const NEARBY_ENTRIES_MAX = 50_000;

/**
 * Turns of the event loop that a reader yields before each block of about 200 entries. On a busy
 * thread, the reader behind it then reads several times as fast.
 */
export const TURNS_YIELDED = 16;

/** A few large bodies must not take the place of other memory. */
export const BUILT_BYTES_MAX: number = 16 * 1024 * 1024;

/** Metrics are scraped every few seconds at most. */
export const REPORT_EVERY_MS = 1000;
