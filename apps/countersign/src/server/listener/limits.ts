/** Node checks for slow requests only every 30 s by default. Until then each holds a connection. */
export const SLOW_REQUEST_CHECK_MS = 1000;

/**
 * Bytes of each body that count against no limit, so that a normal request is never refused because
 * others are large. The connection limit bounds their sum.
 */
export const BODY_BYTES_FREE: number = 16 * 1024;

/** A refused body is read up to this size: twice the largest accepted body. */
export const DISCARDED_BYTES_MAX: number = 8 * 1024 * 1024;

/** All refused bodies together: a hundredth of what one processor can read. */
export const DISCARDED_BYTES_PER_SECOND: number = 16 * 1024 * 1024;

/** A peer that is still sending sees the reply within this time, even on a slow line. */
export const LINGER_MS = 2000;

/**
 * A silent connection is closed after this time, because its peer does not read the reply. Longer
 * than any reply takes, and than idle connections are kept.
 */
export const SILENT_MS_MAX = 120_000;
