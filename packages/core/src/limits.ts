/** Limits that more than one stage must agree on. A stage's own limits stand in its own folder. */

/** A record larger than this is quarantined: the largest real one seen is below 1 MiB. */
export const RECORD_BYTES_MAX: number = 16 * 1024 * 1024;

/** JSON nested deeper than this is quarantined; real records stay below 20. */
export const JSON_DEPTH_MAX = 200;

/** C2SP tlog-tiles allows 65,535 bytes; ours hold an envelope and nothing else. */
export const LEAF_BYTES_MAX = 4096;
