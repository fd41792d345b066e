/** The largest page, and the default. */
export const PAGE_ITEMS = 1_000;

/** A thousand sign-ins of 5 KB, and room for long conditional access lists. */
export const PAGE_BYTES_MAX: number = 64 * 1024 * 1024;

/** Pages of one answer. Graph never returns ten million records per day. */
export const PAGES_MAX = 10_000;

/** Rows are at least minutes late, so polling more often reads the same rows again. */
export const LOG_POLL_EVERY_MS = 300_000;

/** Each poll rereads this much, because rows are completed later and appear late. */
export const LOG_OVERLAP_MS = 900_000;

/** For the first start: the retention of a tenant without a license. */
export const LOG_BACKFILL_MS: number = 7 * 24 * 3_600_000;

/** A tenant whose license includes sign-ins keeps them for 30 days. */
export const SIGN_INS_KEPT_MS: number = 30 * 24 * 3_600_000;

/** Without a license they are deleted sooner, and an empty answer looks like a quiet day. */
export const AUDITS_KEPT_MS: number = 7 * 24 * 3_600_000;

/** At the edge of the retention, a request would ask for rows that are being deleted. */
export const LOG_EDGE_MS = 600_000;

/** Catching up works in windows: a crash costs one window. */
export const LOG_WINDOW_MS: number = 6 * 3_600_000;

/** This inexpensive repeated read finds rows that are an hour or two late. */
export const LOG_HOURLY = { everyMs: 3_600_000, backMs: 10_800_000 } as const;

/** This one finds rows that are a day late. */
export const LOG_DAILY = { everyMs: 86_400_000, backMs: 172_800_000 } as const;

/** How often these two read each window. */
export const LOG_REPEATS: number =
  LOG_HOURLY.backMs / LOG_HOURLY.everyMs + LOG_DAILY.backMs / LOG_DAILY.everyMs;

/** A poll that catches up pauses after this long, so that new events are polled in between. */
export const LOG_POLL_MS_MAX = 300_000;

/** The directory changes slowly, and its logs also report each change. */
export const DELTA_POLL_EVERY_MS = 900_000;

/** Objects on a page of a delta query: the largest that the service gives. */
export const DELTA_PAGE_ITEMS = 999;

/** Objects on a page of a list. */
export const LIST_ITEMS = 999;

/** Lists that are read concurrently. Each application has one, and most are empty. */
export const LISTS_AT_ONCE = 4;

/** A list per application costs thousands of requests; a delta costs one. */
export const LISTS_EVERY_MS = 3_600_000;

/**
 * Enforcement points accept a directory that was confirmed within a day. An hour leaves a large
 * margin.
 */
export const CONFIRM_EVERY_MS = 3_600_000;

/** A smaller snapshot is held in memory until its end. If it is unchanged, it adds no entries. */
export const SNAPSHOT_HELD_BYTES: number = 32 * 1024 * 1024;

/** The directory quota of the smallest tenant, at two units per request. */
export const DIRECTORY_REQUESTS = 1_750;

/** The period of that quota. */
export const DIRECTORY_PER_MS = 10_000;

/** The quota is 200 submissions per day. An hourly query leaves room for windows that are split. */
export const QUERY_EVERY_MS = 3_600_000;

/** The service answers such a query in minutes to hours. */
export const QUERY_CHECK_EVERY_MS = 15_000;

/** A query without an answer after this long is given up and submitted again. */
export const QUERY_PATIENCE_MS = 3_600_000;

/** Records of this age are settled. A younger window would differ only because it is early. */
export const QUERY_LAG_MS: number = 6 * 3_600_000;

/** How far back the first query goes. */
export const QUERY_BACKFILL_MS: number = 24 * 3_600_000;

/** How often a window is halved if its answer is cut at the record limit. */
export const QUERY_HALVINGS_MAX = 5;

/**
 * Consecutive refused queries before the collector concludes that the service does not support
 * them.
 */
export const REFUSALS_BELIEVED = 3;

/** A larger clock difference is not trusted: every window would be late. */
export const SKEW_MS_MAX = 3_600_000;

/** The documentation states no page size. Graph lists return at most this, except reports. */
export const QUERY_PAGE_ITEMS = 999;
