import process from 'node:process';

/**
 * The seed of every property test. The test command prints it; set it to repeat a failure. The
 * short form runs a fraction of the long one.
 */
export const SEED: number = Number(process.env.COUNTERSIGN_SEED ?? 20_261_124);

export const IS_LONG: boolean = process.env.COUNTERSIGN_LONG === '1';

/**
 * The number of runs of a simulation in the long form. Their seeds are consecutive from {@link
 * SEED} on. So hours of runs can be split into parts, and an interrupted run can continue.
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
