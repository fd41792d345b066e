/**
 * Node looks for requests that are too slow only every 30 s, unless it is told otherwise: until
 * then each of them holds its connection.
 */
export const SLOW_REQUEST_LOOK_MS = 1000;

/**
 * The first bytes of each body are counted against nobody, so that a usual request is never refused
 * because others are large. The number of connections bounds what they take together.
 */
export const BODY_BYTES_FREE: number = 16 * 1024;

/** Of a body that nobody wants: twice the largest that anybody takes. */
export const DISCARDED_BYTES_MAX: number = 8 * 1024 * 1024;

/** Of all of them together: a hundredth of what a processor can read. */
export const DISCARDED_BYTES_PER_SECOND: number = 16 * 1024 * 1024;

/** A peer that is still sending sees the answer within this time, on a slow line too. */
export const LINGER_MS = 2000;

/**
 * A connection on which nothing moves for so long is closed: nobody reads the answer. Longer than
 * any answer is waited for, and than idle connections are kept.
 */
export const SILENT_MS_MAX = 120_000;
