/** Asking more often than this brings nothing new and eats the quota. */
export const EVERY_MS_MIN = 1000;

/** A source that is asked less often than daily loses what expires within a week, one day. */
export const EVERY_MS_MAX: number = 24 * 3_600_000;

/** More requests a minute than any service is known to allow (contracts 1.10). */
export const REQUESTS_PER_MINUTE_MAX = 1_000_000;

/** A name or a note is for a line of a table. */
export const NAME_CHARACTERS_MAX = 200;

/** More often than this a canary is a burden for the service, and tells nothing sooner. */
export const CANARY_EVERY_MS_MIN = 60_000;

/** Rarer than this a day holds too few to bound anything, or to notice that a feed is silent. */
export const CANARY_EVERY_MS_MAX: number = 6 * 3_600_000;

/** The vendor lets nobody set the life of a token below this. */
export const TOKEN_LIFE_MS_MIN = 600_000;

/** What refreshes tokens lives for ninety days; nothing that is issued lives longer. */
export const TOKEN_LIFE_MS_MAX: number = 90 * 24 * 3_600_000;

/** All that an enforcement point keeps open; one address cannot have more. */
export const CONNECTIONS_PER_ADDRESS_MAX = 4096;
