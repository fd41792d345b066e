/** Data pages of at most 1 MB uncompressed (contracts 16). The rest is room for the last value. */
export const PAGE_BYTES_MAX = 900_000;

/** Memory of one lake feed: a batch becomes files, which are built in memory. */
export const LAKE_BATCH_RECORDS = 20_000;

/** The JSON of a batch. Its objects take about three times as much. */
export const LAKE_BATCH_BYTES: number = 48 * 1024 * 1024;

/** A batch that is this full is not held for the rest of the interval. */
export const FULL_SHARE = 0.5;

/** How often a held batch checks the time, so that a clock which jumps does not hold it. */
export const HOLD_CHECK_MS = 250;

/** A file of the largest batch over a slow line. */
export const PUT_TIMEOUT_MS = 120_000;

/** More pages of a listing than any feed writes in the retention of its ledger. */
export const LIST_PAGES_MAX = 10_000;

/** An error names this many objects. The others are in the same folders. */
export const OBJECTS_NAMED_MAX = 20;

/** OCSF's `time` in milliseconds: the years 1970 to 9999, which four digits of a day can name. */
export const TIME_MS_MAX: number = Date.UTC(9999, 11, 31);
