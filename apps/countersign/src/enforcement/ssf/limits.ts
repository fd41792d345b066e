/** A receiver has one stream, two while it migrates. More are left over. */
export const STREAMS_PER_RECEIVER_MAX = 8;

/** Acknowledgments of many pages (a jti has 36 characters), and errors with a sentence each. */
export const POLL_BODY_BYTES_MAX: number = 1024 * 1024;

/** Texts that a receiver supplies: descriptions, states, reasons, addresses. */
export const RECEIVER_TEXT_CHARACTERS_MAX = 2048;

/** Excluded subjects per receiver. A longer list would silence everything. */
export const EXCLUDED_SUBJECTS_MAX = 10_000;

/** Identifiers in `aliases`. The standard's examples have three. */
export const ALIASES_MAX = 16;

/**
 * Unacknowledged events of one stream. A receiver that was away for days may have that many. Above
 * the limit the stream is disabled with a reason.
 */
export const PENDING_EVENTS_MAX = 100_000;

/** After a week, an unfetched event is of no use to the receiver. */
export const EVENT_KEPT_MS: number = 7 * 24 * 3_600_000;

/** Events per poll, at about 1.5 KB each. */
export const POLLED_EVENTS_MAX = 100;

/** Timeout of a long poll, below that of common proxies. */
export const LONG_POLL_MS_MAX = 30_000;

/** Concurrent long polls of one receiver. Each holds a connection. */
export const LONG_POLLS_MAX = 4;

/** Concurrent pushes on one stream: at 50 ms each, 300 events/s. */
export const PUSHES_AT_ONCE = 16;

/** A receiver must store an event before it answers. A slower one counts as unreachable. */
export const PUSH_MS_MAX = 10_000;

/** Delay after the first failed push. Each further delay doubles. */
export const PUSH_RETRY_FIRST_MS = 100;

/** Longest delay, so that a receiver that returns waits no longer. */
export const PUSH_RETRY_MAX_MS = 30_000;

/** Shortest time between two requested verifications (SSF 1.0, 8.1.1). */
export const VERIFICATION_EVERY_MS = 1000;
