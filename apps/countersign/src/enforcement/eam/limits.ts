/** Entra's request has 4 KB, half of it the hint. A passkey with its certificate chain has 8 KB. */
export const FORM_BYTES_MAX: number = 64 * 1024;

/** Longer values are no valid ids, states or nonces. */
export const VALUE_CHARACTERS_MAX = 2048;

/** A hint has about ten claims, and a claims request about twenty values. */
export const HINT_CHARACTERS_MAX: number = 16 * 1024;

/** Entra sends eleven parameters. Hundreds of them are an attack or a mistake. */
export const PARAMETERS_MAX = 50;

/** Entra drops an attempt five minutes after the redirect (contracts 9.4). */
export const ATTEMPT_MS: number = 5 * 60_000;

/** The vendor's clock and ours rarely differ by more than seconds. */
export const SKEW_MS = 60_000;

/** A million people who sign in hourly, within five minutes. */
export const ATTEMPTS_MAX = 100_000;

/** Enough tries after a wrong key or a mistyped PIN. */
export const FAILURES_MAX = 5;

/** Twice the concurrent attempts (hint and nonce), and those that ended meanwhile. */
export const REPLAY_ENTRIES_MAX: number = 4 * ATTEMPTS_MAX;

/**
 * Entra caches metadata and keys for 24 hours; its documentation asks for two days (contracts 9.1).
 */
export const PUBLISHED_BEFORE_MS: number = 48 * 3_600_000;

/** A key that leaked unnoticed is useless after a quarter. */
export const KEY_AGE_MAX_MS: number = 90 * 86_400_000;

/** Signatures expire within five minutes. The key stays published for two more days. */
export const SHOWN_AFTER_MS: number = 48 * 3_600_000;

/** Longer than any installation lives: keys are renewed, not certificates. */
export const CERTIFICATE_MS: number = 3650 * 86_400_000;

/** Entra accepts only RS256. Shorter keys are no longer considered secure. */
export const MODULUS_BITS = 2048;

/** Entra's keys are reloaded daily, as Entra does with ours. */
export const AUTHORITY_KEYS_MS: number = 24 * 3_600_000;

/** Cached keys stay in use for another day, so that an outage at Entra is none here. */
export const AUTHORITY_KEYS_MAX_MS: number = 48 * 3_600_000;

/** An unknown key id triggers a reload, but not for each invented one. */
export const AUTHORITY_REFRESH_MS = 30_000;

/** Without any keys no person gets in, so a retry follows almost at once. */
export const AUTHORITY_FIRST_REFRESH_MS = 1000;

/** The longest wait for a browser, an authenticator and a person. */
export const CEREMONY_MS: number = 3 * 60_000;

/** An enrollment code is handed over in person or by phone, and used the same day. */
export const CODE_MS: number = 24 * 3_600_000;

/** Passkeys per person: phone, laptop, two keys, and as many again during replacement. */
export const PASSKEYS_MAX = 10;
