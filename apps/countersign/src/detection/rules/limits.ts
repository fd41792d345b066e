/** Samples of one group and day that a correlation examines. */
export const SAMPLES_MAX = 200_000;

/** Groups and days evaluated at once. Then the event loop serves others. */
export const DAYS_TOGETHER_MAX = 2_000;

/** Entries that a draft cites, the first and the last ones. Its text states the full count. */
export const DRAFT_ENTRIES_MAX = 200;

/** Names in a message. The detection runner bounds the whole text. */
export const MESSAGE_NAMES_MAX = 5;

/** How often a test may repeat its events: more than any threshold needs. */
export const REPEAT_MAX = 10_000;
