/** Sockets kept open to one host: enough to hide its latency, few enough to be a good guest. */
export const SOCKETS_PER_HOST_MAX = 32;

/** A server that says nothing for so long is not working on an answer. */
export const IDLE_TIMEOUT_MS = 30_000;

/** One exchange, however steadily it trickles: a drip-fed answer must not hold a slot for ever. */
export const EXCHANGE_TIMEOUT_MS = 300_000;

/** With doubling waits from one second this spans two minutes; then the next poll tries again. */
export const ATTEMPTS_MAX = 7;

/** A connection that broke once is no news; that the second attempt failed as well is. */
export const ATTEMPTS_UNTOLD = 2;

/** Between two lines about a service in trouble. */
export const TELL_EVERY_MS = 60_000;

/** The first wait; it doubles with each attempt. */
export const BACKOFF_FIRST_MS = 1_000;

/** A minute is the window over which the services count. */
export const BACKOFF_MAX_MS = 60_000;

/** A server that asks for more patience than this is asked again at the next poll. */
export const RETRY_AFTER_MAX_MS = 600_000;

/** Within one host a service may move; a longer chain is a loop. */
export const REDIRECTS_MAX = 3;

/** A `Date` header has whole seconds: a difference below two of them may be none. */
export const SKEW_MS_MIN = 2_000;

/** Answers that are no content: lists of subscriptions, tokens, errors. */
export const SMALL_BODY_BYTES_MAX: number = 16 * 1024 * 1024;

/** An error message longer than this is not read by anybody. */
export const SERVICE_TEXT_CHARACTERS_MAX = 300;

/** Node's own limit is 16 KiB; said here so that it is ours. */
export const HEADER_BYTES_MAX: number = 16 * 1024;

/** A secret of more than this is the wrong file. */
export const SECRET_BYTES_MAX: number = 64 * 1024;

/** Machines that set their clocks are seconds apart; coverage allows for five minutes. */
export const CLOCK_OFF_REPORTED_MS = 300_000;
