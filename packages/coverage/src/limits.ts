const MINUTE_MS = 60_000;
const HOUR_MS: number = 60 * MINUTE_MS;
const DAY_MS: number = 24 * HOUR_MS;

/** A sentence; an API's error text that is longer is cut by whoever writes it here. */
export const OBSERVATION_TEXT_CHARACTERS_MAX = 1000;

/** A mailbox, an app or a site; a SharePoint URL may have 400 characters, an X.400 name more. */
export const OBSERVATION_NAME_CHARACTERS_MAX = 1024;

/** Relative error of every delay that a sketch tells. One bucket is then 2 % wide. */
export const SKETCH_RELATIVE_ERROR = 0.01;

/** Buckets of a sketch; the last one holds delays from 90 days on, when every feed forgot. */
export const SKETCH_BUCKETS_MAX = 1140;

/** Every bound and every quantile is stated with this confidence. */
export const CONFIDENCE = 0.95;

/**
 * Shares of all records that may be said to have come once a settle time is over, longest first:
 * the first for which enough was seen is taken. With 95 % confidence the last takes 299 records.
 */
export const SETTLED_SHARES: readonly number[] = [0.9999, 0.999, 0.99];

/** What the last of these shares takes: 0.99^299 is less than 5 %. */
export const SETTLE_SEEN_MIN = 299;

/**
 * So many records must lie beyond a longer share before it is told: else a single record that was
 * days late would decide for how long all others are waited for.
 */
export const SETTLE_BEYOND_MIN = 20;

/** Records of one blob share their delay: so many windows with records are a sample, fewer not. */
export const SETTLE_WINDOWS_MIN = 8;

/** Delays older than five weeks say nothing about how fast the feed is now. */
export const DELAY_WEEKS_KEPT = 5;

/** Records that come later than this are of an import, or of a record with a false time. */
export const TOUCHED_DELAY_MS_MAX: number = 30 * DAY_MS;

/** Below so many pieces there is nothing to save by joining them. */
export const JOIN_PIECES_MIN = 256;

/**
 * How far back a missing window reaches: this share of all records came within the delay, which is
 * the longest one below 100,000 records.
 */
export const REACH_SHARE = 0.99999;
/** Half as long again: a missed record may have been later than all that were seen. */
export const REACH_FACTOR = 1.5;

/** How far the clocks of the vendor's machines may be apart: an event may be listed before it. */
export const CLOCK_SKEW_MS: number = 5 * MINUTE_MS;

/** While no settle time was learned, a window that is missing may hold events of so long before. */
export const SETTLE_UNLEARNED_MS: number = DAY_MS;

/** Observations of one source are appended in order but for what two threads did at once. */
export const DISORDER_MS: number = 2 * HOUR_MS;

/**
 * Content of the Management Activity API is gone so long after it became available (1.6). Directory
 * audits are kept no longer without a licence, and an empty answer does not tell which it is.
 */
export const EXPIRY_MS: number = 7 * DAY_MS;

/** Entra keeps sign-ins 30 days with P1 or P2; without, it does not give them. */
export const ENTRA_EXPIRY_MS: number = 30 * DAY_MS;

/** Purview keeps records at least 180 days. */
export const PURVIEW_EXPIRY_MS: number = 180 * DAY_MS;

/** So many canaries in a row that did not come back are a silent feed, and no chance loss. */
export const SILENT_CANARIES_MIN = 2;

/** A bound holds for every stretch of so many canaries: 300 without loss say "below 1 %". */
export const CANARIES_PER_BOUND = 300;

/** Without a canary for so long, nothing bounds what was lost meanwhile. */
export const CANARY_GAP_MS: number = DAY_MS;

/** Nor for so many of the usual pauses between two. */
export const CANARY_GAP_PAUSES = 4;
/** Pauses may be short: a gap is never shorter than this. */
export const CANARY_GAP_MS_MIN: number = HOUR_MS;
/** So many pauses must be seen before they say what is usual. */
export const CANARY_PAUSES_MIN = 8;

/** Ids that a cross-check names; the count says how many there are. */
export const CHECK_IDS_MAX = 20;

/** A GUID has 36; a keyed hash of ours 33. */
export const CHECK_ID_CHARACTERS_MAX = 64;

/** Entries that a row points at: enough to begin to look. */
export const ROW_ENTRIES_MAX = 8;

/** A canary of each workload in this time: 288 a day, and a silent feed is found minutes after. */
export const CANARY_PERIOD_MS: number = 5 * MINUTE_MS;

/** This many canaries must return before their own p99 sets how long to wait for the next. */
export const CANARY_DELAYS_MIN = 100;

/** Until then: the vendor's feeds are typically an hour late, and some several. */
export const CANARY_PATIENCE_MS: number = 6 * HOUR_MS;

/** Hours that one round compares: what a query of records costs, and a day's backlog in an hour. */
export const DUE_CHECKS_MAX = 24;

/** A difference is looked at again after so long: the record may have come. */
export const CHECK_AGAIN_MS: number = HOUR_MS;

/** So many of its last delays tell how long a feed's canaries are waited for: two days of them. */
export const CANARY_DELAYS_KEPT = 500;

/** Members looked at for the sign of a canary; the largest records known have some thousands. */
export const SIGN_MEMBERS_MAX = 20_000;

/** Levels looked at: a sign never lies deeper than a property of a target of a record. */
export const SIGN_DEPTH_MAX = 8;

/** Content types that are asked for one after the other begin so close together. */
export const BEGINS_WITHIN_MS: number = HOUR_MS;
