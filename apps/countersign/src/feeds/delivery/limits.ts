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
