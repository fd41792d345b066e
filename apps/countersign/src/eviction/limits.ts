/** Real records nest five deep; what is deeper is no value that anybody looks up. */
export const DETAIL_DEPTH_MAX = 12;

/** A record of 64 KiB states a few hundred; more is somebody's attempt to take our time. */
export const DETAIL_PAIRS_MAX = 5_000;

/** Changes that are held at once; a tenant of a million people makes as many in some months. */
export const CHANGES_MAX = 500_000;

/** Principals who make a network address everybody's: it says nothing of who is behind it. */
export const ADDRESS_SHARED_MIN = 4;

/** How far back it is looked for who used an address: habits of last year are no habits. */
export const ADDRESS_LOOKBACK_MS: number = 90 * 86_400_000;

/** Entries that are looked up in one question; each finding rests on some dozens. */
export const ENTRIES_ASKED_MAX = 2_000;

/** Names that are looked up in one question. */
export const NAMES_ASKED_MAX = 2_000;

/** Findings without which everything is asked again; those behind the first are counted. */
export const DOUBTS_MAX = 200;

/** Rounds of the closure. A chain of intruders' accounts is a handful long. */
export const ROUNDS_MAX = 64;

/** Sign-ins whose records are read for what the books do not hold. */
export const SIGN_INS_READ_MAX = 2_000;

/**
 * The longest that an access token lives where the client takes challenges (28 hours; contracts
 * 8.1), and 24 for applications: whoever waits that long has waited for all that are known of.
 */
export const TOKEN_LIFE_MAX_MS: number = 28 * 3_600_000;

/** For so long a deleted account or application can be restored (contracts 8.2). */
export const SOFT_DELETE_MS: number = 30 * 86_400_000;

/** A finding that names more people names whom it happened to, not who did it. */
export const FINDING_PRINCIPALS_MAX = 5;

/** A questionnaire that somebody is to answer has a few dozen. */
export const QUESTIONS_MAX = 500;
