/**
 * Limits that more than one stage must agree on. Limits of a single stage are in its own folder.
 */

/** A larger record is quarantined. The largest real record seen is below 1 MiB. */
export const RECORD_BYTES_MAX: number = 16 * 1024 * 1024;

/** JSON nested deeper than this is quarantined; real records stay below 20. */
export const JSON_DEPTH_MAX = 200;

/** C2SP tlog-tiles allows 65,535 bytes. A leaf of Countersign holds only an envelope. */
export const LEAF_BYTES_MAX = 4096;
