/** Entra drops an attempt about five minutes after it sent somebody away (contracts 9.4). */
export const ATTEMPT_MS = 300_000;

/** The example of the vendor's documents, and what RFC 8628 section 3.2 has. */
export const DEVICE_CODE_SECONDS = 900;

/** Devices that wait at once; the oldest are dropped. */
export const DEVICE_CODES_MAX = 10_000;

/** Whoever starts more than this at once is no person: the oldest are dropped. */
export const ATTEMPTS_MAX = 10_000;

/** Entra keeps a provider's metadata and keys for a day (contracts 9.1). */
export const METADATA_KEPT_MS = 86_400_000;

/** Of real time; how long the real service waits for metadata is not documented. */
export const METADATA_TIMEOUT_MS = 5_000;

/** A discovery document or a key set is a few kilobytes. */
export const METADATA_BYTES_MAX = 262_144;

/** Clocks of providers may be off by so much, as those of clients. */
export const CLOCK_TOLERANCE_SECONDS = 300;

/** What an extension has unless its `clientConfiguration` says otherwise (contracts 10.2). */
export const EXTENSION_TIMEOUT_MS = 1_000;
/** No extension can be given less (contracts 10.2). */
export const EXTENSION_TIMEOUT_MIN_MS = 200;
/** No extension can be given more (contracts 10.2). */
export const EXTENSION_TIMEOUT_MAX_MS = 2_000;

/** How large an answer of an extension may be is not documented. */
export const EXTENSION_BYTES_MAX = 131_072;

/** All claims, names and values (contracts 10.1). */
export const CLAIMS_BYTES_MAX = 3_072;
