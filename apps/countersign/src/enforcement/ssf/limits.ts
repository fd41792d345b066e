/** A receiver has one stream, perhaps two while it moves; more are left over. */
export const STREAMS_PER_RECEIVER_MAX = 8;

/** Acknowledgements of many pages, each with a jti of 36 characters, and errors with a sentence. */
export const POLL_BODY_BYTES_MAX: number = 1024 * 1024;

/** Texts that a receiver supplies: descriptions, states, reasons, addresses. */
export const RECEIVER_TEXT_CHARACTERS_MAX = 2048;

/** Subjects that one receiver does not want: a larger list is an attempt to hear of nobody. */
export const EXCLUDED_SUBJECTS_MAX = 10_000;

/** Identifiers in `aliases`: the standard's own examples have three. */
export const ALIASES_MAX = 16;

/**
 * Unacknowledged events of one stream. A company whose million people all lose their passes at
 * once is not the usual case; a receiver that has been away for days is. Beyond it the stream is
 * disabled, and says so.
 */
export const PENDING_EVENTS_MAX = 100_000;

/** An event that nobody has fetched for a week says nothing that the receiver can still use. */
export const EVENT_KEPT_MS: number = 7 * 24 * 3_600_000;

/** What one poll hands out, at some 1.5 KB each. */
export const POLLED_EVENTS_MAX = 100;

/** A long poll is answered after so long with nothing: below what proxies cut off after. */
export const LONG_POLL_MS_MAX = 30_000;

/** Long polls of one receiver at a time; each holds a connection. */
export const LONG_POLLS_MAX = 4;

/** Pushes that are under way at once on one stream: at 50 ms each, 300 events a second. */
export const PUSHES_AT_ONCE = 16;

/** A receiver stores an event before it answers; one that takes longer is not there. */
export const PUSH_MS_MAX = 10_000;

/** After the first push that failed; each further one waits twice as long. */
export const PUSH_RETRY_FIRST_MS = 100;

/** Between two tries at a receiver that has been away for long: nobody waits longer after it. */
export const PUSH_RETRY_MAX_MS = 30_000;

/** Between two verifications that a receiver asks for (SSF 1.0, 8.1.1). */
export const VERIFICATION_EVERY_MS = 1000;
