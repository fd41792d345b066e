/** Requests of one caller that wait for their turn: a second of them at the usual pace. */
export const WAITING_PER_CALLER_MAX = 4096;
