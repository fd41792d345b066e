/** Open sockets per host: enough to hide its latency, and few enough to be polite. */
export const SOCKETS_PER_HOST_MAX = 32;

/** A server that is silent for this long is not working on an answer. */
export const IDLE_TIMEOUT_MS = 30_000;

/** The limit for one exchange: a drip-fed answer must not hold a slot forever. */
export const EXCHANGE_TIMEOUT_MS = 300_000;

/** With doubling waits from one second, this spans two minutes. Then the next poll retries. */
export const ATTEMPTS_MAX = 7;

/** A connection that breaks once is not worth a report. A second failure is. */
export const ATTEMPTS_UNTOLD = 2;

/** Between two lines about a failing service. */
export const TELL_EVERY_MS = 60_000;

/** The first wait; it doubles with each attempt. */
export const BACKOFF_FIRST_MS = 1_000;

/** A minute is the period over which the services count. */
export const BACKOFF_MAX_MS = 60_000;

/** If a server requests a longer wait than this, the next poll retries. */
export const RETRY_AFTER_MAX_MS = 600_000;

/** A service may redirect within one host. A longer chain is a loop. */
export const REDIRECTS_MAX = 3;

/** A `Date` header has whole seconds, so a difference below two seconds may be none. */
export const SKEW_MS_MIN = 2_000;

/** Answers without content: lists of subscriptions, tokens, errors. */
export const SMALL_BODY_BYTES_MAX: number = 16 * 1024 * 1024;

/** No one reads a longer error message. */
export const SERVICE_TEXT_CHARACTERS_MAX = 300;

/** Node's own limit is 16 KiB; set here to make it explicit. */
export const HEADER_BYTES_MAX: number = 16 * 1024;

/** A longer secret file is the wrong file. */
export const SECRET_BYTES_MAX: number = 64 * 1024;

/** Synchronized machines are seconds apart. Coverage allows for five minutes. */
export const CLOCK_OFF_REPORTED_MS = 300_000;
