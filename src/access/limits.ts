/** Of one set; the default set has fewer than thirty, and each is read by somebody. */
export const POLICIES_MAX = 2000;

/** Slices are kept by door, action and types: more than this many is somebody making up types. */
export const SLICES_KEPT_MAX = 1024;

/** The vendor writes most of a directory within an hour of a change; a day is a missed night. */
export const DIRECTORY_AGE_MAX_MS: number = 26 * 3_600_000;
