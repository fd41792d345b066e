/** Chunks on their way per lane: enough to hide the hand-overs, little enough to bound memory. */
export const CHUNKS_IN_FLIGHT_PER_WORKER = 3;

/** Rejects told by name in a report; all of them are counted, and all of them are quarantined. */
export const REJECTS_LISTED_MAX = 1_000;

/** The Activity API keeps content for seven days; a day more covers clocks and long polls. */
export const CONTENT_REMEMBERED_MS: number = 8 * 24 * 3_600_000;

/** Contents named in one entry: about a megabyte of text. */
export const CONTENTS_PER_ENTRY = 5_000;

/** What was fetched can be asked about within two seconds; each post is a small file. */
export const POST_EVERY_MS = 1_000;

/** Small files are put together so often: each costs a question a little. */
export const COMPACT_EVERY_MS = 3_600_000;

/** What is due for comparison grows by the hour; a difference is told within minutes of it. */
export const CROSS_CHECK_EVERY_MS = 300_000;

/** Whether a canary is to be sent or judged: each is sent within this of its moment. */
export const CANARY_LOOK_EVERY_MS = 15_000;

/** What was sent and judged in this time is read at the start: content comes no later. */
export const CANARY_REMEMBERED_MS: number = 15 * 24 * 3_600_000;

/** A crash leaves records unjudged that had just come; what was sent long before was not among. */
export const CANARY_LOOKED_BACK_MS: number = 2 * 24 * 3_600_000;
