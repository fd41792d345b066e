/** What is weighed at once: coverage changes by the hour, and so do the logs of the vendor. */
export const HOUR_MS = 3_600_000;

/** What a finding and a residual are about: a person reads them day by day. */
export const DAY_MS: number = 24 * HOUR_MS;

/** The longest that an access token is known to live: 28 hours with challenges (contracts 8.1). */
export const TOKEN_LIFE_MAX_MS: number = 28 * 3_600_000;

/**
 * A browser session lives for as long as it is used; sign-ins that lie further back than this are
 * not looked for, and an action whose session began before is "older than the source".
 */
export const SESSION_LIFE_MAX_MS: number = 90 * 86_400_000;

/** Clocks of two services differ; an action may be told to be a little before its sign-in. */
export const CLOCK_DIFFERENCE_MAX_MS: number = 10 * 60_000;

/** Without ids: how long behind a sign-in of the same person from the same address it is theirs. */
export const PERSON_WINDOW_MS: number = 24 * 3_600_000;

/** Actions of one finding; the rest is counted. */
export const EVIDENCE_MAX = 200;

/**
 * Actions that are met with their sign-ins at once: a day of 10,000 people are 2 million, and 8
 * million at once are more than the engine's memory holds.
 */
export const ACTIONS_AT_ONCE = 2_500_000;

/** Where a period is cut for that: a day of a million people holds too many. */
export const CUT_MS: number = 10 * 60_000;

/** Sign-ins of which it is looked up one by one what stands behind them. */
export const SIGN_INS_FEW_MAX = 20_000;

/** Listed actions of one answer: more are counted, and the list says that it is cut. */
export const LIST_MAX = 100_000;

/**
 * Of the actions of a day that name a token, at least so many must have their sign-in, before
 * one that has none says anything over an import of which nobody knows whether it is whole.
 */
export const JOINED_SHARE_MIN = 0.8;

/** Fewer sign-ins than this around an action are no log of sign-ins. */
export const SIGN_INS_AROUND_MIN = 5;

/** A bound on loss above this leaves room for a lost sign-in: the finding weighs less. */
export const BOUND_TIGHT = 0.05;

/**
 * The directory is eventually consistent, and a list of many parts takes its time: so long before a
 * listing began a change may have been made that it does not show.
 */
export const LISTING_LAG_MS: number = 60 * 60_000;

/** Changes of power of one answer, the newest: with more, what is not matched is not told. */
export const CLAIMS_MAX = 100_000;

/** Ids and names of the vendor are far shorter: a longer one is somebody else's text. */
export const NAME_CHARACTERS_MAX = 256;

/** Ids of one record of a change; real ones have a dozen. */
export const CLAIM_IDS_MAX = 1_000;

/** An access token lives 28 hours at the most: so far behind its sign-in an action may come. */
export const RECONCILE_BEHIND_MS: number = 28 * 3_600_000;

/** Without anything new, absences are weighed again so often: logs settle by the hour. */
export const RECONCILE_EVERY_MS: number = 15 * 60_000;

/** What has not settled by then is a hole, and stays one. */
export const SETTLES_WITHIN_MS: number = 3 * 86_400_000;

/** Each look meets all actions of the days that something came in of: a quarter of a core. */
export const RECONCILE_REST_TIMES = 3;

/** State is compared with all events: after a look so many times its length is rest. */
export const STATE_REST_TIMES = 9;
