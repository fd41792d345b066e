/** By the calendar: virtual time knows no leap seconds. */
const DAY_MS = 86_400_000;

/** A delta token of directory objects serves for seven days; then the client starts again. */
export const DELTA_TOKEN_MS: number = 7 * DAY_MS;

/** Entries kept for delta queries: 100 bytes each. Older tokens are answered 410. */
export const CHANGES_KEPT = 1_000_000;

/** The service says "a few minutes" until a revocation, a disabling or a reset bites. */
export const EFFECT_DELAY_MS: { readonly least: number; readonly most: number } = {
  least: 20_000,
  most: 240_000,
};
