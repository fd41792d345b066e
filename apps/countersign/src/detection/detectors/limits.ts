/** Attempts of one campaign lie no further apart: a slow one tries every few days. */
export const CAMPAIGN_GAP_MS: number = 10 * 86_400_000;

/** From so many people on, guesses at each of a few are a spray; below, somebody's enemy. */
export const SPRAY_PEOPLE_MIN = 3;

/** Beside many guesses at one account, which make mistakes of others look like an intruder's. */
export const SPRAY_BESIDE_SIEGE_MIN = 5;

/** A person who mistypes tries again and gets in: from the same address, within this. */
export const RETRY_WITHIN_MS: number = 30 * 60_000;

/** With more wrong passwords than these before they get in, they do not mistype any more. */
export const RETRIES_MAX = 6;

/** So many people succeed from an address, or with a client, before it is the company's own. */
export const SHARED_BY_MIN = 3;

/** People guessed at from one address within a day, before the address itself speaks. */
export const CROWD_MIN = 5;

/**
 * One more person for each so many who got in there within the hour: of a hundred who get in, one
 * mistypes and gives up.
 */
export const CROWD_ENTERED_MAX = 8;

/** A guess counts as the intruders' from this probability on. */
export const GUESS_LIKELY = 0.5;

/** Successes that one finding ranks. */
export const CANDIDATES_MAX = 20;

/** A success is a finding of its own from this probability on, of medium severity. */
export const HIT_LIKELY = 0.3;

/** From this probability on it is of high severity, and so is a campaign with any such hit. */
export const HIT_PROBABLE = 0.6;

/** Addresses that one finding names. */
export const ADDRESSES_MAX = 64;

/** Guesses at one account within an hour that are no forgetful person any more. */
export const BRUTE_FORCE_MIN = 10;

/** Likely guesses that campaigns are made of; a tenant under more has a flood. */
export const LIKELY_ROWS_MAX = 200_000;

/** Successes that are ranked for one campaign: far more than anybody looks through. */
export const CANDIDATES_KEPT = 1_000;

/** Entries that one finding points at: as many as are kept of one. */
export const EVIDENCE_MAX = 256;

/** Of one person and day so many guesses count for how a tenant is attacked. */
export const GUESSES_A_DAY_MAX = 3;

/** What detectors of chains and habits look back over: a month holds people's weeks and trips. */
export const HISTORY_MS: number = 30 * 86_400_000;

/** Changes of applications and accounts that are followed: far above what a tenant has a month. */
export const STEPS_MAX = 50_000;

/** A new secret is used within this; later, nobody can tell it from the old one's use. */
export const CREDENTIAL_USED_WITHIN_MS: number = 14 * 86_400_000;

/** Rights that an application was given, and how long it may wait before it reads. */
export const CONSENT_USED_WITHIN_MS: number = 14 * 86_400_000;

/** Account, role and consent in one hour are one piece of work. */
export const ACCOUNT_RAISED_WITHIN_MS: number = 60 * 60_000;

/** Power over the whole company is nothing that an account needs on its first day. */
export const ACCOUNT_RAISED_FAR_WITHIN_MS: number = 24 * 60 * 60_000;

/** Sign-ins of a session before the one that moved it: sessions live for weeks, habits repeat. */
export const SESSION_REACH_MS: number = 7 * 86_400_000;

/** What a session that moved is used for within this was done by whoever moved it. */
export const MOVED_USED_WITHIN_MS: number = 24 * 60 * 60_000;

/** What is said of a day rests on nothing before this: on a move, and on the month before it. */
export const LOOK_BACK_MS: number = HISTORY_MS + MOVED_USED_WITHIN_MS;

/** Nobody is in another country so soon, by any means. */
export const TRAVEL_WITHIN_MS: number = 60 * 60_000;

/** From so many days of records on, that something was never seen means something. */
export const WARM_DAYS_MIN = 5;

/** Candidates of one look that are compared with what people do otherwise. */
export const CANDIDATES_LOOKED_AT_MAX = 20_000;

/** Items of one person and day below which no volume is out of range. */
export const VOLUME_MIN = 150;

/** So many times the busiest other day of a person is out of their range. */
export const VOLUME_TIMES = 4;

/** What is taken on no more than this share of the days of all people, hardly anybody takes. */
export const VOLUME_RARE = 0.001;

/** Records that show what was taken: the largest first. */
export const VOLUME_SHOWN_MAX = 40;

/** An application with more mailboxes than this serves everybody: another one tells nothing. */
export const APP_MAILBOXES_MAX = 500;

/** Days and domains of mail that are looked at, of domains that hardly anybody wrote with yet. */
export const MAIL_DOMAINS_MAX = 200_000;

/** Hosts of links that are looked at, of one period. */
export const LINK_HOSTS_MAX = 200_000;

/** With whom one wrote on so many days one knows. */
export const KNOWN_DAYS_MIN = 3;

/** A stranger who writes to so many at once writes to the company, and to nobody in it. */
export const FIRST_CONTACT_PEOPLE_MIN = 5;

/** Colleagues that hardly anybody writes to in one day. */
export const LATERAL_PEOPLE_MIN = 30;

/** Correspondents that a new domain is compared with: those that people trust most. */
export const FRIENDS_MAX = 300;

/** Addresses that write for the first time, and messages with a reply address, of one look. */
export const NEWCOMERS_MAX = 50_000;

/** People whose names are known; of a larger company those come first who sign in most often. */
export const NAMES_MAX = 200_000;

/** Sightings of a message that are searched for the one that holds what is asked for. */
export const DELIVERIES_READ_MAX = 5;

/** Names shorter than this, or of one word, are borne by many. */
export const NAME_LETTERS_MIN = 8;
