/** A title must fit a subject line, a push message and a card. */
export const TITLE_CHARACTERS_MAX = 200;

/** More incidents than any team handles in a year. The oldest are forgotten first. */
export const INCIDENTS_MAX = 5000;

/** An incident with more findings needs no further messages. */
export const FINDINGS_PER_INCIDENT_MAX = 1000;

/** The state of a feed with all limits used. A larger file was not written by Countersign. */
export const STATE_BYTES_MAX: number = 64 * 1024 * 1024;

/** Each message is stored before the next is sent, so a batch gains nothing. */
export const NOTIFY_BATCH_RECORDS = 50;
/** Findings are small; this is memory only. */
export const NOTIFY_BATCH_BYTES: number = 1024 * 1024;

/** A mail server may look up blocklists before it answers. */
export const MAIL_TIMEOUT_MS = 30_000;

/** The store indexes a finding within a second. One that is far behind must not block people. */
export const INCIDENT_WAIT_MS = 10_000;

/** How often a finding that is not indexed yet is looked up again. */
export const INCIDENT_POLL_MS = 500;
