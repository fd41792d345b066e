/** A file of rules; the largest published collections in one file stay below 1 MiB. */
export const RULE_FILE_BYTES_MAX: number = 4 * 1024 * 1024;

/** Documents of one file: all published rules together are fewer. */
export const DOCUMENTS_MAX = 10_000;

/** How often aliases may be followed in one document: a handful in rules, millions in bombs. */
export const ALIASES_MAX = 100;

/** Maps and lists within each other: published rules have at most 6. */
export const DEPTH_MAX = 32;

/** Values of one field: the longest published list of indicators has some hundreds. */
export const VALUES_MAX = 20_000;

/** What the modifiers and placeholders of one value may become. */
export const EXPANSIONS_MAX = 1_000;

/** A condition that a person can read is a few lines. */
export const CONDITION_CHARACTERS_MAX = 10_000;

/** Parentheses and `not` within each other. */
export const CONDITION_DEPTH_MAX = 64;

/** A regular expression; its automaton grows with it. */
export const REGEX_CHARACTERS_MAX = 4_000;

/** Instructions of a compiled expression: counted repetitions multiply, and memory with them. */
export const REGEX_INSTRUCTIONS_MAX = 20_000;

/** Values of one field of one event that are compared. */
export const FIELD_VALUES_MAX = 1_000;

/** Keys for which a plan is kept; beyond it, all are made again. */
export const PLANS_MAX = 20_000;

/** The longest window: a year. State grows with it. */
export const TIMESPAN_MS_MAX: number = 366 * 86_400_000;

/** Correlations that refer to correlations: more levels than anybody can think through. */
export const CHAIN_MAX = 8;
