/** The unit of weighing: coverage and the vendor's logs change by the hour. */
export const HOUR_MS = 3_600_000;

/** The unit of findings and residuals: people read them day by day. */
export const DAY_MS: number = 24 * HOUR_MS;

/** The longest known lifetime of an access token: 28 hours with challenges (contracts 8.1). */
export const TOKEN_LIFE_MAX_MS: number = 28 * 3_600_000;

/**
 * A browser session lives as long as it is used. Older sign-ins are not searched; the action's
 * cause is then "older than the source".
 */
export const SESSION_LIFE_MAX_MS: number = 90 * 86_400_000;

/** Clock difference of two services. An action may seem this much earlier than its sign-in. */
export const CLOCK_DIFFERENCE_MAX_MS: number = 10 * 60_000;

/** Without ids: how long an action is attributed to a sign-in of the same person and address. */
export const PERSON_WINDOW_MS: number = 24 * 3_600_000;

/** Cited actions per finding. The rest is counted. */
export const EVIDENCE_MAX = 200;

/**
 * Actions matched with sign-ins at once. A day of 10,000 people has 2 million; 8 million at once
 * exceed the engine's memory.
 */
export const ACTIONS_AT_ONCE = 2_500_000;

/** Granularity of cutting a period, because a day of a million people is too large. */
export const CUT_MS: number = 10 * 60_000;

/** Up to this number, the authorization of sign-ins is looked up one by one. */
export const SIGN_INS_FEW_MAX = 20_000;

/** Listed actions per answer. More are counted, and the list says that it is cut. */
export const LIST_MAX = 100_000;

/**
 * In an import of unknown completeness, an action without a sign-in counts only if this share of
 * the day's actions with a token has one.
 */
export const JOINED_SHARE_MIN = 0.8;

/** With fewer sign-ins around an action there is no sign-in log. */
export const SIGN_INS_AROUND_MIN = 5;

/** A higher bound on loss leaves room for a lost sign-in, so the finding's severity is lower. */
export const BOUND_TIGHT = 0.05;

/**
 * A listing may lack changes made this long before it began: the directory is eventually
 * consistent, and listing takes time.
 */
export const LISTING_LAG_MS: number = 60 * 60_000;

/** Newest privilege changes per answer. With more, unmatched changes are not reported. */
export const CLAIMS_MAX = 100_000;

/** The vendor's ids and names are far shorter; a longer text comes from elsewhere. */
export const NAME_CHARACTERS_MAX = 256;

/** Ids in one record of a change. Real ones have a dozen. */
export const CLAIM_IDS_MAX = 1_000;

/** An action may follow its sign-in by the longest token lifetime: 28 hours. */
export const RECONCILE_BEHIND_MS: number = 28 * 3_600_000;

/**
 * Absences are weighed again at this interval without new entries, because logs settle by the hour.
 */
export const RECONCILE_EVERY_MS: number = 15 * 60_000;

/** Records that have not arrived by then are a hole for good. */
export const SETTLES_WITHIN_MS: number = 3 * 86_400_000;

/** Each run matches all actions of the affected days, so this limits it to a quarter of a core. */
export const RECONCILE_REST_TIMES = 3;

/**
 * State is compared with all events, so each run is followed by a rest of this many times its
 * length.
 */
export const STATE_REST_TIMES = 9;
