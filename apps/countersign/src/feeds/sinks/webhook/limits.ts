/** Web servers usually accept bodies up to 1 MiB. Half of it leaves room for the envelopes. */
export const WEBHOOK_BATCH_BYTES_MAX: number = 512 * 1024;
