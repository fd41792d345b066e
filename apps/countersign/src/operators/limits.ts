const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** A year, also a leap year. A token that lives longer outlives the memory of its purpose. */
export const TOKEN_LIFE_MS_MAX: number = 366 * DAY_MS;

/** A shorter token expires before a person has copied it to its place. */
export const TOKEN_LIFE_MS_MIN: number = 10 * MINUTE_MS;

/** The last use of a token is for people, and a write for each request would load the disk. */
export const TOKEN_USE_EVERY_MS: number = MINUTE_MS;

/** A name fits a table column and an entry. */
export const TOKEN_NAME_CHARACTERS_MAX = 64;

/** More limits on one token than a person can review. */
export const TOKEN_LIMITS_MAX = 64;

/** A longer header holds no token of ours, and is not worth a hash. */
export const AUTHORIZATION_CHARACTERS_MAX = 4096;

/** Another process writes a row in milliseconds; a request must not wait longer for it. */
export const STATE_BUSY_MS = 2_000;

/** RFC 5321 4.5.3.1 allows 64, and names of guests repeat their home address: `a_b#EXT#@c`. */
export const LOCAL_PART_CHARACTERS_MAX = 256;

/** A name of more words is the text of a person, not their name. */
export const NAME_WORDS_MAX = 5;

/** About 2 MB of names, and enough people for the records of a few minutes. */
export const RECENT_PEOPLE_MAX = 10_000;

/** An address has at most 320. A longer name is text of an attacker, and would fill the memory. */
export const RECENT_CHARACTERS_MAX = 320;

/** A person who signs in for an act carries it out within minutes. */
export const STEP_UP_MS_MAX: number = 5 * MINUTE_MS;

/** A longer header than browsers send, and than our own listener accepts. */
export const COOKIE_HEADER_CHARACTERS_MAX = 16_384;

/** An operator who left the desk is signed out before others come by. */
export const SESSION_IDLE_MS_MAX: number = 30 * MINUTE_MS;

/** A working day. */
export const SESSION_MS_MAX: number = 10 * 60 * MINUTE_MS;

/** Far shorter than the idle time, and no write for each request. */
export const SESSION_SEEN_EVERY_MS: number = MINUTE_MS;

/** A person types a password and confirms on a phone. */
export const SIGN_IN_MS_MAX: number = 10 * MINUTE_MS;

/** More unfinished sign-ins at once are an attack on the disk. */
export const SIGN_INS_MAX = 10_000;

/**
 * A caller who knows the id of a passkey can be refused without end, and entries stay for good. One
 * in an hour for each passkey and reason shows the attack.
 */
export const REFUSAL_EVERY_MS: number = 60 * MINUTE_MS;

/** Clocks of the provider and of this machine (OpenID Connect Core 3.1.3.7). */
export const PROVIDER_CLOCK_SKEW_S = 60;

/** A provider that takes longer is down, and a person waits in front of the browser. */
export const PROVIDER_TIMEOUT_S = 10;

/** More combinations of roles than a company has. */
export const RIGHTS_KEPT_MAX = 1000;

/** A person opens a link at once. An older one lies in the scrollback of a terminal. */
export const LINK_MS_MAX: number = 15 * MINUTE_MS;

/** Two people, so that one can be ill. More would be a second way in beside the provider. */
export const BREAK_GLASS_MAX = 2;
