/** A token is renewed so long before its end: a request under way must not outlive it. */
export const RENEW_BEFORE_MS = 300_000;

/** Of a token that lives less than 25 minutes, so much is used instead. */
export const RENEW_SHARE = 0.8;

/** Entra takes assertions of at most ten minutes of life. */
export const ASSERTION_LIFE_S = 600;

/** So far back an assertion counts already: the authority's clock may be behind ours. */
export const ASSERTION_BACKDATE_S = 300;

/** Said nothing, a token is taken to live for so long: the shortest that Entra gives. */
export const LIFE_DEFAULT_S = 300;
