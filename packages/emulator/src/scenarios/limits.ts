/** A scenario is written by hand: more than this is not one. */
export const SCENARIO_BYTES_MAX = 65_536;

/** All of a scenario lies in memory; a million happenings would be a tenant's life, no attack. */
export const HAPPENINGS_MAX = 400_000;

/** Access tokens of users last 60 to 90 minutes: an attacker's client asks again before. */
export const TOKEN_LIFE_MS = 3_900_000;

/** Messages opened within two minutes are one record (Microsoft, "MailItemsAccessed"). */
export const BIND_WINDOW_MS = 120_000;
