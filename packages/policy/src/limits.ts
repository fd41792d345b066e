/** Of one set; the default set has fewer than thirty, and each is read by somebody. */
export const POLICIES_MAX = 2000;

/**
 * Slices are kept by enforcement point, action and types: more than this many is somebody making up
 * types.
 */
export const SLICES_KEPT_MAX = 1024;

/** The vendor writes most of a directory within an hour of a change; a day is a missed night. */
export const DIRECTORY_AGE_MAX_MS: number = 26 * 3_600_000;

/** In one folder of policies; more is somebody's home folder. */
export const POLICY_FILES_MAX = 500;

/** A register with more is not kept by people, and a slip would be found by nobody. */
export const WORKLOADS_MAX = 100_000;

/** Ranges of one register that an address is looked for in: each costs a comparison. */
export const NETWORKS_MAX = 10_000;

/** Longer than any name or id of a directory; the vendor's own limit of a display name is 256. */
export const NAME_CHARACTERS_MAX = 256;

/**
 * A question for people, not for enforcement points: at a tenth of a millisecond each, half a
 * second.
 */
export const FLIP_OUTCOMES_MAX = 5000;

/** All members of a request, however deep; no enforcement point states a hundred. */
export const REQUEST_MEMBERS_MAX = 2000;

/** No enforcement point states an input deeper; Cedar itself recurses over values. */
export const REQUEST_DEPTH_MAX = 16;

/** Longer than any name, address or id that an enforcement point has to state. */
export const REQUEST_TEXT_MAX = 4096;

/**
 * The vendor drops an attempt five minutes after it sent the person to an enforcement point
 * (contracts 9.4).
 */
export const JOIN_BEFORE_MS: number = 5 * 60_000;

/** Clocks of the vendor and ours differ by seconds, seldom more. */
export const JOIN_AFTER_MS: number = 60_000;

/**
 * A policy disagrees with the company, and not with some people, where it would have kept out so
 * many of those who signed in within a month. Fewer than five are looked at one by one.
 */
export const POLICY_PEOPLE_MIN = 5;

/** And of large companies so many: a fifth is more than any intruder ever had. */
export const POLICY_PEOPLE_SHARE = 0.2;

/** People that a finding about a policy names as examples. */
export const POLICY_EXAMPLES_MAX = 5;

/**
 * After the fact a directory that was read within the week before or after says enough: the
 * question is what was so, not whether to let somebody in.
 */
export const CHECK_AGE_MAX_MS: number = 8 * 86_400_000;

/**
 * What the suite issues at a sign-in lives for an hour as a rule, and up to 28 hours where client
 * and resource take part in continuous access evaluation (contracts 8.1).
 */
export const SUITE_TOKEN_MS_MAX: number = 28 * 3_600_000;

/**
 * Passes of one process that can be open at once. Each keeps its request, a kilobyte or so: beyond
 * this nobody could end one as soon as its reason is gone, so that no more are opened.
 */
export const OPEN_PASSES_MAX = 500_000;

/** Endings that go into the ledger in one write: some 300 KB. */
export const REVOCATIONS_PER_WRITE = 500;

/** Between a signature and its arrival: a person reads, and types; a copy of last week is none. */
export const SAID_MS_MAX = 600_000;

/** For risk below high: long enough to look into a finding, short enough to forget a small one. */
export const RISK_LASTS_MS: number = 7 * 86_400_000;

/**
 * A finding that names more people is about what was tried with all of them. To keep every one of
 * them out would do the attacker's work.
 */
export const RISK_PEOPLE_MAX = 8;

/** Of everybody who would lose or gain, so many entries as evidence: a sample to look at. */
export const REPLAY_ENTRIES_MAX = 20;
