const MINUTE_MS = 60_000;
const HOUR_MS: number = 60 * MINUTE_MS;
const DAY_MS: number = 24 * HOUR_MS;

/** A sentence. The writer truncates longer error texts of an API. */
export const OBSERVATION_TEXT_CHARACTERS_MAX = 1000;

/** A mailbox, an app or a site. A SharePoint URL may have 400 characters, an X.400 name more. */
export const OBSERVATION_NAME_CHARACTERS_MAX = 1024;

/** Relative error of every delay from a sketch. One bucket is then 2 % wide. */
export const SKETCH_RELATIVE_ERROR = 0.01;

/**
 * Buckets of a sketch. The last one holds delays of 90 days or more, beyond every feed's retention.
 */
export const SKETCH_BUCKETS_MAX = 1140;

/** The confidence of every bound and every quantile. */
export const CONFIDENCE = 0.95;

/**
 * Candidate shares of records that arrive within the settle time, longest first. The first one with
 * enough samples is used. With 95 % confidence, the last one needs 299 records.
 */
export const SETTLED_SHARES: readonly number[] = [0.9999, 0.999, 0.99];

/** The samples that the last share needs: 0.99^299 is less than 5 %. */
export const SETTLE_SEEN_MIN = 299;

/**
 * The samples that must be beyond a larger share before it is used. Otherwise a single record that
 * was days late would set the wait for all others.
 */
export const SETTLE_BEYOND_MIN = 20;

/**
 * Records of one blob share their delay, so a sample needs at least this many windows with records.
 */
export const SETTLE_WINDOWS_MIN = 8;

/** Delays older than five weeks say nothing about the feed's present speed. */
export const DELAY_WEEKS_KEPT = 5;

/** Later records come from an import, or have a false time. */
export const ARRIVAL_DELAY_MS_MAX: number = 30 * DAY_MS;

/** With fewer pieces, joining saves nothing. */
export const JOIN_PIECES_MIN = 256;

/**
 * Defines how far back a missing window reaches: this share of all records arrived within the
 * delay. Below 100,000 records, it is the longest delay.
 */
export const REACH_SHARE = 0.99999;
/** Half as much again: a missed record may have been later than all observed ones. */
export const REACH_FACTOR = 1.5;

/** The maximum difference between the vendor's clocks: an event may be listed before its time. */
export const CLOCK_SKEW_MS: number = 5 * MINUTE_MS;

/** Without a learned settle time, a missing window may hold events from this long before. */
export const SETTLE_UNLEARNED_MS: number = DAY_MS;

/** Observations of one source are appended in order, except for concurrent threads. */
export const DISORDER_MS: number = 2 * HOUR_MS;

/**
 * Retention of Management Activity API content after it becomes available. Without a license,
 * directory audits have the same retention, and an empty answer does not show which applies.
 */
export const EXPIRY_MS: number = 7 * DAY_MS;

/** Entra keeps sign-ins for 30 days with P1 or P2. Without a license it does not return them. */
export const ENTRA_EXPIRY_MS: number = 30 * DAY_MS;

/** Purview keeps records for at least 180 days. */
export const PURVIEW_EXPIRY_MS: number = 180 * DAY_MS;

/** This many consecutive missing canaries mean a silent feed, not random loss. */
export const SILENT_CANARIES_MIN = 2;

/** A bound holds for every run of this many canaries: 300 without loss mean "below 1 %". */
export const CANARIES_PER_BOUND = 300;

/** Without a canary for this long, the loss in between is unbounded. */
export const CANARY_GAP_MS: number = DAY_MS;

/** The same after this many usual pauses between two canaries. */
export const CANARY_GAP_PAUSES = 4;
/** Pauses may be short: a gap is never shorter than this. */
export const CANARY_GAP_MS_MIN: number = HOUR_MS;
/** The pauses that must be observed before the usual pause is known. */
export const CANARY_PAUSES_MIN = 8;

/** Ids that a cross-check lists; the count states the total. */
export const CHECK_IDS_MAX = 20;

/** A GUID has 36 characters, our keyed hash 33. */
export const CHECK_ID_CHARACTERS_MAX = 64;

/** Entries that a row references: enough to start an investigation. */
export const ROW_ENTRIES_MAX = 8;

/**
 * One canary per workload in this period: 288 per day, so that a silent feed is found within
 * minutes.
 */
export const CANARY_PERIOD_MS: number = 5 * MINUTE_MS;

/** The canaries that must return before their own p99 sets the waiting time. */
export const CANARY_DELAYS_MIN = 100;

/** Until then: the vendor's feeds are typically an hour late, and some several hours. */
export const CANARY_PATIENCE_MS: number = 6 * HOUR_MS;

/**
 * Hours that one round compares: limits the cost of record queries, and clears a day's backlog in
 * an hour.
 */
export const DUE_CHECKS_MAX = 24;

/** A difference is checked again after this long, because the record may have arrived. */
export const CHECK_AGAIN_MS: number = HOUR_MS;

/** The latest delays that set the waiting time for a feed's canaries: two days of them. */
export const CANARY_DELAYS_KEPT = 500;

/** Members that are searched for a canary's sign. The largest known records have some thousands. */
export const SIGN_MEMBERS_MAX = 20_000;

/** Levels that are searched: a sign is never deeper than a property of a target. */
export const SIGN_DEPTH_MAX = 8;

/** Content types that are polled one after the other begin within this interval. */
export const BEGINS_WITHIN_MS: number = HOUR_MS;
