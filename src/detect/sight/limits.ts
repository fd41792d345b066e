/** A collector that runs asks every minute or so: after this long nobody does. */
export const ASKED_WITHIN_MS: number = 15 * 60_000;
