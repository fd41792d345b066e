/** Rows before a write: a few tens of megabytes in each of two workers. */
export const ROWS_PER_POST = 120_000;

/** Actions that are merged at once, with the bodies of all their deliveries. */
export const MERGES_PER_SLICE = 2_000;
