/** The vendor has a few dozen sources. */
export const GATE_SOURCES_MAX = 500;

/** A company owns a handful; an acquisitive one some hundreds. */
export const TENANTS_MAX = 1_000;

/** Entries that one condition points at; the number of all is said. */
export const EVIDENCE_MAX = 50;
