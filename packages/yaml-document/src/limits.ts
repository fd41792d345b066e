/** A configuration of a thousand tenants has about this size; a larger file is another file. */
export const CONFIG_BYTES_MAX: number = 512 * 1024;

/** Lists and maps within each other on one line; ours are four deep, a bomb is thousands. */
export const FLOW_DEPTH_MAX = 32;

/** Nobody mends more mistakes than this at a time. */
export const PROBLEMS_SHOWN_MAX = 100;

/** A word that is further from a known one than this was not meant as it. */
export const SUGGESTION_DISTANCE_MAX = 3;

/** The longest word that is compared with known ones: the comparison grows with its square. */
export const SUGGESTION_CHARACTERS_MAX = 40;
