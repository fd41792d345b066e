/**
 * Octets of a call, compressed and not. The documentation says 1 MB; the smaller meaning is safe.
 */
export const INGESTION_BYTES_MAX = 1_000_000;

/** Records per call. A row has at least 300 octets, so the octets decide. */
export const INGESTION_RECORDS_MAX = 2000;

/**
 * Octets of a field. Azure Monitor cuts a longer one at 64 KB without a word, and cut JSON is
 * unreadable. Below it by a margin, because the documentation does not say what it counts.
 */
export const FIELD_BYTES_MAX = 64_000;

/** Calls at once. The table has no order, and a call takes some 100 ms. */
export const INGESTION_CALLS_MAX = 8;

/** Azure Monitor counts network octets only as a limit: the fastest level is enough. */
export const INGESTION_GZIP_LEVEL = 1;
