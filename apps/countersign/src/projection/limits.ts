/** Rows made before they are written out: a few tens of megabytes in each of two lanes. */
export const ROWS_PER_POST = 120_000;

/** Actions that are merged at a time, with the bodies of all their deliveries. */
export const MERGES_PER_SLICE = 2_000;
