/** Samples of one group and day that a correlation looks at. */
export const SAMPLES_MAX = 200_000;

/** Groups and days that are judged at a time: then whoever waits for the thread has a turn. */
export const DAYS_TOGETHER_MAX = 2_000;

/** Entries that a draft names: the first and the last of them; all are counted in its text. */
export const DRAFT_ENTRIES_MAX = 200;

/** A message for people: what is longer is cut by the watch. */
export const MESSAGE_NAMES_MAX = 5;

/** How often a test may let its events come: more than any threshold needs. */
export const REPEAT_MAX = 10_000;
