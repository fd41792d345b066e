/**
 * The default `message.max.bytes` of a broker, 1,048,588, limits a whole frame: all records of a
 * send for one partition. Event Hubs allows 1 MiB (contracts2 3.6). The difference leaves room for
 * keys, headers and batch overhead.
 */
export const FRAME_BYTES_MAX = 900_000;

/** What a record takes in a frame besides its key, value and headers. */
export const FRAME_RECORD_OVERHEAD_BYTES = 64;

/** Some frames. The position of the feed is stored once for all of them. */
export const KAFKA_BATCH_RECORDS = 4000;
/** Memory of one feed: the records of a batch, as JSON. */
export const KAFKA_BATCH_BYTES: number = 4 * 1024 * 1024;

/** A broker that is slower than this does not work. */
export const CONNECT_TIMEOUT_MS = 10_000;
/** A broker that waits for its replicas answers within its own 30 s, or never. */
export const ANSWER_TIMEOUT_MS = 30_000;

/** The client repeats what a change of leaders interrupts; the feed repeats the rest, slowly. */
export const CLIENT_RETRIES = 3;
/** An election of leaders takes less than a second. */
export const CLIENT_RETRY_DELAY_MS = 250;

/** The client of an idempotent producer reads one or less as "without end". */
export const CLIENT_RETRIES_MIN = 2;

/** Longer ids of principals are cut in a key: no real one is as long. */
export const KEY_CHARACTERS_MAX = 400;

/** `serve` stops within 5 s. */
export const CLOSE_TIMEOUT_MS = 2000;
