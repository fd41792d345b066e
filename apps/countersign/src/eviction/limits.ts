/** Real records nest five levels; no lookup needs deeper values. */
export const DETAIL_DEPTH_MAX = 12;

/** Values per record. A record of 64 KiB has a few hundred; more is an attack on our time. */
export const DETAIL_PAIRS_MAX = 5_000;

/** Changes held at once: several months of a tenant with a million people. */
export const CHANGES_MAX = 500_000;

/** With this many principals, a network address says nothing about its user. */
export const ADDRESS_SHARED_MIN = 4;

/** Look-back for users of an address. Older use is no habit. */
export const ADDRESS_LOOKBACK_MS: number = 90 * 86_400_000;

/** Entries per query. Each finding has a few dozen. */
export const ENTRIES_ASKED_MAX = 2_000;

/** Names per query. */
export const NAMES_ASKED_MAX = 2_000;

/** Findings that are tested by omission. The others are counted. */
export const DOUBTS_MAX = 200;

/** Iterations of the closure. A chain of intruders' accounts has a handful of links. */
export const ROUNDS_MAX = 64;

/** Sign-ins whose records are read for members that the store lacks. */
export const SIGN_INS_READ_MAX = 2_000;

/**
 * The longest lifetime of an access token: 28 hours with challenges (contracts 8.1), 24 for
 * applications. After that, all known tokens are expired.
 */
export const TOKEN_LIFE_MAX_MS: number = 28 * 3_600_000;

/** How long a deleted account or application can be restored (contracts 8.2). */
export const SOFT_DELETE_MS: number = 30 * 86_400_000;

/** A finding with more people names the victims, not the actor. */
export const FINDING_PRINCIPALS_MAX = 5;

/** Questions per questionnaire. Real ones have a few dozen. */
export const QUESTIONS_MAX = 500;
