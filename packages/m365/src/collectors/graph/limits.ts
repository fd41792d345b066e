/** Contracts 5.1: the largest page, and the default. */
export const PAGE_ITEMS = 1_000;

/** A thousand sign-ins of 5 KB, and room for long conditional access lists. */
export const PAGE_BYTES_MAX: number = 64 * 1024 * 1024;

/** Pages of one answer: ten million records are beyond what Graph gives in a day. */
export const PAGES_MAX = 10_000;

/** Contracts 5.1: the reporting family, for each app and tenant. */
export const REPORTING_REQUESTS = 5;

/** The time over which those are counted. */
export const REPORTING_PER_MS = 10_000;

/** Rows are minutes late at best: asking more often than this reads the same rows again. */
export const LOG_POLL_EVERY_MS = 300_000;

/** Each poll reads so much again: rows are completed, and appear late. */
export const LOG_OVERLAP_MS = 900_000;

/** Of the first start: what a tenant without a licence keeps (contracts 5.1). */
export const LOG_BACKFILL_MS: number = 7 * 24 * 3_600_000;

/** Contracts 5.1: a tenant that gives sign-ins at all keeps them 30 days. */
export const SIGN_INS_KEPT_MS: number = 30 * 24 * 3_600_000;

/** Without a licence they go sooner, and nothing tells an empty answer from a quiet day. */
export const AUDITS_KEPT_MS: number = 7 * 24 * 3_600_000;

/** At the edge of what is kept a request would ask for what is just going. */
export const LOG_EDGE_MS = 600_000;

/** Catching up goes in windows: a crash costs one of them. */
export const LOG_WINDOW_MS: number = 6 * 3_600_000;

/** Rows that are an hour or two late are found with these readings, which cost little. */
export const LOG_HOURLY = { everyMs: 3_600_000, backMs: 10_800_000 } as const;

/** And rows that are a day late with these. */
export const LOG_DAILY = { everyMs: 86_400_000, backMs: 172_800_000 } as const;

/** A poll that catches up makes a pause after this long, so that news is asked for in between. */
export const LOG_POLL_MS_MAX = 300_000;

/** The directory changes slowly, and its logs tell of each change as well. */
export const DELTA_POLL_EVERY_MS = 900_000;

/** Objects on a page of a delta query: the largest that the service gives. */
export const DELTA_PAGE_ITEMS = 999;

/** Objects on a page of a list. */
export const LIST_ITEMS = 999;

/** Lists read side by side: there is one for each application, and most are empty. */
export const LISTS_AT_ONCE = 4;

/** A list for each application takes a request for each: thousands, where a delta takes one. */
export const LISTS_EVERY_MS = 3_600_000;

/**
 * Enforcement points take a directory for known while it was seen within a day: an hour leaves much
 * room.
 */
export const CONFIRM_EVERY_MS = 3_600_000;

/** A snapshot of less is held back to its end, so that one that says nothing new adds nothing. */
export const SNAPSHOT_HELD_BYTES: number = 32 * 1024 * 1024;

/** Contracts 8.1: what the smallest tenant may ask of the directory, at two units a request. */
export const DIRECTORY_REQUESTS = 1_750;

/** The time over which those are counted. */
export const DIRECTORY_PER_MS = 10_000;

/** Contracts 4: of 200 submissions a day, an hourly one leaves room for windows that are split. */
export const QUERY_EVERY_MS = 3_600_000;

/** The service answers such a query in minutes to hours. */
export const QUERY_LOOK_EVERY_MS = 15_000;

/** A query that is not answered by then is given up, and asked anew. */
export const QUERY_PATIENCE_MS = 3_600_000;

/** Records are settled when they are this old: a younger window would disagree by being early. */
export const QUERY_LAG_MS: number = 6 * 3_600_000;

/** So far back the first query goes. */
export const QUERY_BACKFILL_MS: number = 24 * 3_600_000;

/** A window whose answer is cut at the record limit is halved so often. */
export const QUERY_HALVINGS_MAX = 5;

/** Questions in a row that have to be refused before it is believed that there is no answer. */
export const REFUSALS_BELIEVED = 3;

/** A service whose clock claims to be further behind is not believed: all would be behind. */
export const SKEW_MS_MAX = 3_600_000;

/** Contracts say nothing of a page of records; no list of Graph but the reports gives more. */
export const QUERY_PAGE_ITEMS = 999;
