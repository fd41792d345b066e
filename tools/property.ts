import process from 'node:process';

/**
 * The seed of every property test: printed by the test command, and set to repeat a failure. The
 * short form runs a fraction of the long one.
 */
export const SEED: number = Number(process.env.COUNTERSIGN_SEED ?? 20_261_124);

export const IS_LONG: boolean = process.env.COUNTERSIGN_LONG === '1';

/**
 * How often a long simulation is run in the long form; the seeds follow each other from {@link
 * SEED} on. So hours of it can be cut into parts, and what was cut off goes on where it ended.
 */
export function simulations(shortCount: number, longCount: number): number {
  if (!IS_LONG) return shortCount;
  return Number(process.env.COUNTERSIGN_RUNS ?? longCount);
}

/** The parameters of one property: `fc.assert(property, runs(200))`. */
export function runs(
  shortCount: number,
  longCount: number = shortCount * 50,
): {
  seed: number;
  numRuns: number;
} {
  return { seed: SEED, numRuns: IS_LONG ? longCount : shortCount };
}
