/** Kinds of records told apart before all are told apart anew: a tenant has some thousands. */
export const KEYS_MAX = 50_000;

/**
 * Signals of one rule and day of event time that are kept. A rule that fits more often says less
 * by each of them: it is throttled, and says so in a finding about itself.
 */
export const RULE_SIGNALS_PER_DAY_MAX = 20_000;

/** The same for the rules under a correlation, which count what no single event tells. */
export const CORRELATION_SIGNALS_PER_DAY_MAX = 2_000_000;

/** Values of one field that a signal holds. */
export const SIGNAL_VALUES_MAX = 16;

/** Of each text that a signal holds; it stands in the state until it is looked at. */
export const SIGNAL_TEXT_CHARACTERS_MAX = 400;

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
