/** Each change takes a few milliseconds. A process that waits longer hides a fault. */
export const STATE_BUSY_MS = 5000;
