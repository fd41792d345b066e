/** A file of rules. The largest published collection in one file is below 1 MiB. */
export const RULE_FILE_BYTES_MAX: number = 4 * 1024 * 1024;

/** Documents of one file. All published rules together are fewer. */
export const DOCUMENTS_MAX = 10_000;

/** Alias expansions in one document: a handful in rules, millions in attacks. */
export const ALIASES_MAX = 100;

/** Nested maps and lists. Published rules have at most 6. */
export const DEPTH_MAX = 32;

/** Values of one field. The longest published indicator list has some hundreds. */
export const VALUES_MAX = 20_000;

/** Expansions of one value by modifiers and placeholders. */
export const EXPANSIONS_MAX = 1_000;

/** A readable condition is a few lines. */
export const CONDITION_CHARACTERS_MAX = 10_000;

/** Nested parentheses and `not`. */
export const CONDITION_DEPTH_MAX = 64;

/** A regular expression; its automaton grows with its length. */
export const REGEX_CHARACTERS_MAX = 4_000;

/** Instructions of a compiled expression: counted repetitions multiply, and memory with them. */
export const REGEX_INSTRUCTIONS_MAX = 20_000;

/** Values of one field of one event that are compared. */
export const FIELD_VALUES_MAX = 1_000;

/** Keys with a cached plan. Above this, the cache is cleared. */
export const PLANS_MAX = 20_000;

/** The longest window: a year. State grows with it. */
export const TIMESPAN_MS_MAX: number = 366 * 86_400_000;

/** Correlations that refer to correlations. No one can follow more levels. */
export const CHAIN_MAX = 8;
