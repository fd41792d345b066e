/** Largest gap between guesses of one campaign. Slow campaigns guess every few days. */
export const CAMPAIGN_GAP_MS: number = 10 * 86_400_000;

/** A few guesses at this many people are a spray. Fewer people may be a personal attack. */
export const SPRAY_PEOPLE_MIN = 3;

/**
 * The same beside many guesses at one account, which make other people's mistakes look like
 * guesses.
 */
export const SPRAY_BESIDE_BRUTE_FORCE_MIN = 5;

/** A person who mistypes signs in from the same address within this time. */
export const RETRY_WITHIN_MS: number = 30 * 60_000;

/** More wrong passwords than this before a sign-in are not typing mistakes. */
export const RETRIES_MAX = 6;

/** If this many people sign in from an address or with a client, it counts as the company's. */
export const SHARED_BY_MIN = 3;

/** People guessed at from one address within a day before the address itself counts as evidence. */
export const CROWD_MIN = 5;

/**
 * One more person per this many who signed in there within the hour: one in a hundred mistypes and
 * gives up.
 */
export const CROWD_ENTERED_MAX = 8;

/** A guess counts as the intruder's from this probability on. */
export const GUESS_LIKELY = 0.5;

/** Successes that one finding ranks. */
export const CANDIDATES_MAX = 20;

/** A success is a finding of medium severity from this probability on. */
export const HIT_LIKELY = 0.3;

/** From this probability on, the success and its campaign are of high severity. */
export const HIT_PROBABLE = 0.6;

/** Addresses that one finding names. */
export const ADDRESSES_MAX = 64;

/** Guesses at one account within an hour that exceed a forgetful person. */
export const BRUTE_FORCE_MIN = 10;

/** Likely guesses per tenant that are grouped into campaigns. More is a flood. */
export const LIKELY_ROWS_MAX = 200_000;

/** Successes that are ranked per campaign; more than any person reviews. */
export const CANDIDATES_KEPT = 1_000;

/** Entries that one finding cites. */
export const EVIDENCE_MAX = 256;

/** Guesses per person and day that count when fitting a tenant's model. */
export const GUESSES_A_DAY_MAX = 3;

/** Look-back period of chain and habit detectors: a month covers people's weeks and trips. */
export const HISTORY_MS: number = 30 * 86_400_000;

/** Changes of applications and accounts that are followed; far more than a tenant has per month. */
export const STEPS_MAX = 50_000;

/**
 * A new secret's use is attributed to it within this time. Later it cannot be told from the old
 * secret's use.
 */
export const CREDENTIAL_USED_WITHIN_MS: number = 14 * 86_400_000;

/** Longest time between a consent and the first read. */
export const CONSENT_USED_WITHIN_MS: number = 14 * 86_400_000;

/** Account, role and consent within one hour are one operation. */
export const ACCOUNT_RAISED_WITHIN_MS: number = 60 * 60_000;

/** No account needs power over the whole company on its first day. */
export const ACCOUNT_RAISED_FAR_WITHIN_MS: number = 24 * 60 * 60_000;

/** How far back a session's sign-ins are compared. Sessions live for weeks, and habits repeat. */
export const SESSION_REACH_MS: number = 7 * 86_400_000;

/** Actions of a session within this time after a move are attributed to the new client. */
export const MOVED_USED_WITHIN_MS: number = 24 * 60 * 60_000;

/** A day's findings depend on nothing earlier: on a move, and on the month before it. */
export const LOOKBACK_MS: number = HISTORY_MS + MOVED_USED_WITHIN_MS;

/** No person can reach another country within this time. */
export const TRAVEL_WITHIN_MS: number = 60 * 60_000;

/** Days of records before "never seen" has a meaning. */
export const WARM_DAYS_MIN = 5;

/** Candidates of one run that are compared with people's habits. */
export const CANDIDATES_EXAMINED_MAX = 20_000;

/** Items per person and day below which no volume is unusual. */
export const VOLUME_MIN = 150;

/** Factor over the busiest other day of a person that counts as unusual. */
export const VOLUME_TIMES = 4;

/** A volume is rare if it occurs on at most this share of all people's days. */
export const VOLUME_RARE = 0.001;

/** Records cited for a volume, largest first. */
export const VOLUME_SHOWN_MAX = 40;

/** An application with more mailboxes serves everyone, so another one means nothing. */
export const APP_MAILBOXES_MAX = 500;

/** Rows of day and domain that are examined, for domains with little earlier mail. */
export const MAIL_DOMAINS_MAX = 200_000;

/** Hosts of links that are examined per period. */
export const LINK_HOSTS_MAX = 200_000;

/** A domain is known after mail on this many days. */
export const KNOWN_DAYS_MIN = 3;

/** A new sender who writes to this many people at once targets the company, not a person. */
export const FIRST_CONTACT_PEOPLE_MIN = 5;

/** Few people write to this many colleagues in one day. */
export const LATERAL_PEOPLE_MIN = 30;

/** Correspondents that a new domain is compared with: the most frequent ones. */
export const FRIENDS_MAX = 300;

/** First-time addresses, and messages with a reply address, that one run examines. */
export const NEWCOMERS_MAX = 50_000;

/** People whose names are known. In a larger company the most frequent sign-ins come first. */
export const NAMES_MAX = 200_000;

/** Deliveries of a message that are searched for a member. */
export const DELIVERIES_READ_MAX = 5;

/** Shorter names, and single words, are common to many people. */
export const NAME_LETTERS_MIN = 8;
