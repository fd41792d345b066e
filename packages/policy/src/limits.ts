/** Policies of one set. The default set has fewer than thirty, and people must read each one. */
export const POLICIES_MAX = 2000;

/**
 * Slices are cached by enforcement point, action and types. More than this means a caller invents
 * types.
 */
export const SLICES_KEPT_MAX = 1024;

/**
 * The vendor writes most of a directory within an hour of a change. 26 hours allow for one missed
 * night.
 */
export const DIRECTORY_AGE_MAX_MS: number = 26 * 3_600_000;

/** Files in one policy folder. More means it is the wrong folder. */
export const POLICY_FILES_MAX = 500;

/** People cannot maintain a larger register, and would not notice a mistake. */
export const WORKLOADS_MAX = 100_000;

/** Ranges of one register that are compared with an address. */
export const NETWORKS_MAX = 10_000;

/** Longer than any name or id of a directory. The vendor's own limit for a display name is 256. */
export const NAME_CHARACTERS_MAX = 256;

/**
 * A query for people, not for enforcement points: at a tenth of a millisecond each, half a second.
 */
export const FLIP_OUTCOMES_MAX = 5000;

/** All members of a request, at any depth. No enforcement point states a hundred. */
export const REQUEST_MEMBERS_MAX = 2000;

/** No enforcement point states a deeper input, and Cedar recurses over values. */
export const REQUEST_DEPTH_MAX = 16;

/** Longer than any name, address or id that an enforcement point has to state. */
export const REQUEST_TEXT_MAX = 4096;

/** The vendor drops an attempt five minutes after it sent the person to an enforcement point. */
export const JOIN_BEFORE_MS: number = 5 * 60_000;

/** The vendor's clock and ours differ by seconds, rarely by more. */
export const JOIN_AFTER_MS: number = 60_000;

/**
 * If a policy would have denied this many of a month's users, it disagrees with the company, not
 * with individuals. Fewer than five are examined one by one.
 */
export const POLICY_PEOPLE_MIN = 5;

/** The share for large companies: a fifth is more than any intruder ever had. */
export const POLICY_PEOPLE_SHARE = 0.2;

/** People that a finding about a policy names as examples. */
export const POLICY_EXAMPLES_MAX = 5;

/**
 * For past events, a directory read within a week before or after is enough. The question is what
 * held then, not whether to permit access.
 */
export const CHECK_AGE_MAX_MS: number = 8 * 86_400_000;

/**
 * A token of the suite usually lives for an hour. It lives up to 28 hours if client and resource
 * support continuous access evaluation.
 */
export const SUITE_TOKEN_MS_MAX: number = 28 * 3_600_000;

/**
 * Open passes of one process. Each keeps its request, about a kilobyte. Above this limit a pass
 * could not be revoked promptly, so no more are opened.
 */
export const OPEN_PASSES_MAX = 500_000;

/** Revocations that are written to the ledger at once: about 300 KB. */
export const REVOCATIONS_PER_WRITE = 500;

/**
 * The time between a signature and its arrival: a person reads and types. Refuses a copy from last
 * week.
 */
export const SAID_MS_MAX = 600_000;

/**
 * For risk below high: long enough to investigate a finding, short enough to forget a small one.
 */
export const RISK_LASTS_MS: number = 7 * 86_400_000;

/**
 * A finding that names more people is about a mass attempt. Denying all of them would help the
 * attacker.
 */
export const RISK_PEOPLE_MAX = 8;

/** Entries of people who would lose or gain access that serve as evidence: a sample to examine. */
export const REPLAY_ENTRIES_MAX = 20;
