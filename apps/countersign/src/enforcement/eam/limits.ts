/** A request of Entra has 4 KB, of which the hint is half; a passkey with its chain has 8. */
export const FORM_BYTES_MAX: number = 64 * 1024;

/** Parameters that we look at: longer ones are no ids, states or nonces of anybody. */
export const VALUE_CHARACTERS_MAX = 2048;

/** A hint is a token of some ten claims, and a claims request names some twenty values. */
export const HINT_CHARACTERS_MAX: number = 16 * 1024;

/** Entra sends eleven parameters; whoever sends hundreds means something else. */
export const PARAMETERS_MAX = 50;

/** Entra drops an attempt five minutes after it sent somebody (contracts 9.4). */
export const ATTEMPT_MS: number = 5 * 60_000;

/** Clocks of the vendor and ours differ by seconds, seldom more. */
export const SKEW_MS = 60_000;

/** Everybody of a million who signs in within the same five minutes, once an hour. */
export const ATTEMPTS_MAX = 100_000;

/** Somebody who takes the wrong key, mistypes a PIN and tries again is through by then. */
export const FAILURES_MAX = 5;

/** As many as can be under way, twice (hint and nonce), and those that ended beside them. */
export const TAKEN_MAX: number = 4 * ATTEMPTS_MAX;

/** Entra caches metadata and keys for 24 hours; its documents ask for two days (contracts 9.1). */
export const PUBLISHED_BEFORE_MS: number = 48 * 3_600_000;

/** A key that leaked unseen is of use to nobody after a quarter. */
export const KEY_AGE_MAX_MS: number = 90 * 86_400_000;

/** What a key signed is over five minutes later; it is shown two days longer, as it came. */
export const SHOWN_AFTER_MS: number = 48 * 3_600_000;

/** Beyond the life of any installation: what has to be renewed is the key, not its certificate. */
export const CERTIFICATE_MS: number = 3650 * 86_400_000;

/** Entra takes RS256 alone, and less than this is not taken for safe any more. */
export const MODULUS_BITS = 2048;

/** Entra's own keys are read anew daily, as it does with ours. */
export const AUTHORITY_KEYS_MS: number = 24 * 3_600_000;

/** Keys that could not be read anew go on for another day: an outage there is none here. */
export const AUTHORITY_KEYS_MAX_MS: number = 48 * 3_600_000;

/** A key that nobody knows makes us look again, but not for each hint that somebody made up. */
export const AUTHORITY_LOOK_MS = 30_000;

/** As long as there are no keys at all nobody gets in: it is tried again at once, nearly. */
export const AUTHORITY_LOOK_FIRST_MS = 1000;

/** The longest that anybody waits for a browser, an authenticator and a person. */
export const CEREMONY_MS: number = 3 * 60_000;

/** An enrolment code is handed over in person or by telephone, and used the same day. */
export const CODE_MS: number = 24 * 3_600_000;

/** Of one person: a phone, a laptop, two keys, and as many again while they are changed. */
export const PASSKEYS_MAX = 10;
