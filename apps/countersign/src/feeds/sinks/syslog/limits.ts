/** RFC 5424 section 6.2. */
export const MSGID_CHARACTERS_MAX = 32;

/** Records per write. One write then has about 1 MiB, which a fast receiver takes in 10 ms. */
export const BATCH_RECORDS_MAX = 1000;

/** More at once only means more to repeat after a break. */
export const BATCH_BYTES_MAX: number = 1024 * 1024;

/**
 * Linux gives up on a peer that acknowledges nothing after 924.6 s (`tcp_retries2` = 15) and then
 * reports `ETIMEDOUT`. All records since the last acknowledgment are lost.
 */
export const RETRANSMISSION_MS_MAX = 960_000;

/** Two marks of written records are at least this far apart, so that their number has a bound. */
export const WRITE_MARK_EVERY_MS = 1000;

/** A receiver that takes no bytes for this long is stuck. It has a batch of 1 MiB at most. */
export const WRITE_MS_MAX = 60_000;

/** A receiver that does not answer `close_notify` by then must not delay the stop. */
export const CLOSE_MS_MAX = 2000;

/** The receiver's host may vanish without a word. The system then asks after this silence. */
export const KEEP_ALIVE_MS = 30_000;

/** A write that waits this long found full socket buffers: the receiver is slower than the feed. */
export const CONGESTED_WRITE_MS = 250;

/**
 * A slow receiver leaves more than the last seconds in socket buffers. Linux lets both ends buffer
 * 4 and 6 MiB (`tcp_wmem`, `tcp_rmem`).
 */
export const SOCKET_BUFFER_BYTES: number = 16 * 1024 * 1024;
