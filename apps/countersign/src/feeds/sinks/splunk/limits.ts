/** Records per request. Splunk parses a request as a whole. */
export const HEC_RECORDS_MAX = 1000;

/** Octets per request before compression. Splunk takes far more, proxies often do not. */
export const HEC_BYTES_MAX: number = 1024 * 1024;

/** Compression saves network, not CPU: OCSF shrinks to a tenth even at the fastest level. */
export const HEC_GZIP_LEVEL = 1;

/**
 * Requests that wait for their acknowledgment. With a poll per second these carry 32,000 records/s.
 * More only means more to repeat.
 */
export const HEC_UNACKNOWLEDGED_MAX = 32;

/** Splunk's documentation recommends to poll every 10 s, and not more often than every second. */
export const ACK_POLL_MS_MIN = 1000;

/** Splunk's documentation recommends to poll every 10 s. */
export const ACK_POLL_MS_MAX = 10_000;

/** Without acknowledgment by then, the records are sent again (Splunk's documentation). */
export const ACK_WAIT_MS_MAX = 300_000;

/** Load balancers set one or two cookies. */
export const COOKIES_MAX = 32;

/** RFC 6265 section 6.1: user agents support 4,096 octets per cookie. */
export const COOKIE_CHARACTERS_MAX = 4096;
