/** Findings that lie further apart than this are not of one attack, whoever they name. */
export const INCIDENT_GAP_MS: number = 30 * 86_400_000;

/** An address that more people than this came from is a company's or a carrier's. */
export const SHARED_BY_MAX = 3;

/** A finding that names so many people is about those who were attacked, not who attacked. */
export const VICTIMS_MIN = 6;

/** Findings of one name that are looked back at: an attack is told by its last ones. */
export const NAMED_KEPT = 64;
