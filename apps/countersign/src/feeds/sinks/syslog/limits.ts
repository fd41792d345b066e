/**
 * The largest message by default. RFC 5425 section 4.3.1: receivers should process 8,192 octets.
 * rsyslog cuts at 8,096 unless `maxMessageSize` is set.
 */
export const MESSAGE_BYTES_DEFAULT = 8096;

/** RFC 5425 section 4.3.1: receivers must process 2,048 octets. A smaller limit helps no one. */
export const MESSAGE_BYTES_MIN = 2048;

/** Larger than any entry's event. The batch is in memory as text. */
export const MESSAGE_BYTES_MAX: number = 16 * 1024 * 1024;

/** RFC 5424 section 6.2. */
export const HOSTNAME_CHARACTERS_MAX = 255;

/** RFC 5424 section 6.2. */
export const APP_NAME_CHARACTERS_MAX = 48;

/** RFC 5424 section 6.2. */
export const MSGID_CHARACTERS_MAX = 32;

/** RFC 5612: for examples only. A company has its own, or none. */
export const ENTERPRISE_NUMBER_EXAMPLE = 32_473;

/** RFC 5424 section 6.2.1: log audit. */
export const FACILITY_DEFAULT = 13;

/** RFC 5424 section 6.2.1: local7. */
export const FACILITY_MAX = 23;

/** Records per write. One write then has about 1 MiB, which a fast receiver takes in 10 ms. */
export const BATCH_RECORDS_MAX = 1000;

/** More at once only means more to repeat after a break. */
export const BATCH_BYTES_MAX: number = 1024 * 1024;

/** After a broken connection, records of this long before the break are sent again. */
export const RESEND_MS_DEFAULT = 30_000;

/**
 * Linux gives up on a peer that acknowledges nothing after 924.6 s (`tcp_retries2` = 15) and then
 * reports `ETIMEDOUT`. All records since the last acknowledgment are lost.
 */
export const RETRANSMISSION_MS_MAX = 960_000;

/** Two marks of written records are at least this far apart, so that their number has a bound. */
export const WRITE_MARK_EVERY_MS = 1000;

/** A receiver that does not answer the TLS handshake by then is down. */
export const CONNECT_MS_MAX = 10_000;

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
