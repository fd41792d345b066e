/** A receiver gets at most this many entries again after an interruption. */
export const ENTRIES_PER_MARK = 1000;

/** A tail without new entries sends a mark this often, so that its receiver sees that it lives. */
export const MARK_EVERY_MS = 15_000;

/** A following tail looks for new entries this often. */
export const TAIL_POLL_MS = 250;
