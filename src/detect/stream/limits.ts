/** Attempts of one campaign lie no further apart: a slow one tries every few days. */
export const CAMPAIGN_GAP_MS: number = 10 * 86_400_000;

/** From so many people on, guesses at each of a few are a spray; below, somebody's enemy. */
export const SPRAY_PEOPLE_MIN = 3;

/** A person who mistypes tries again and gets in: from the same address, within this. */
export const RETRY_WITHIN_MS: number = 30 * 60_000;

/** So many people succeed from an address, or with a client, before it is the company's own. */
export const SHARED_BY_MIN = 3;

/** People guessed at from one address within a day, before the address itself speaks. */
export const CROWD_MIN = 5;

/** A guess counts as the intruders' from this probability on. */
export const GUESS_LIKELY = 0.5;

/** Successes that one finding ranks. */
export const CANDIDATES_MAX = 20;

/** A success is a finding of its own from this probability on. */
export const HIT_LIKELY = 0.3;

/** Guesses at one account within an hour that are no forgetful person any more. */
export const BRUTE_FORCE_MIN = 10;

/** Rows that are scored one by one; a tenant under more has a flood, which is found in totals. */
export const SCORED_ROWS_MAX = 200_000;

/** Entries that one finding points at. */
export const EVIDENCE_MAX = 500;

/** Of one person and day so many guesses count for how a tenant is attacked. */
export const GUESSES_A_DAY_MAX = 3;
