import fc from 'fast-check';

/** Loaded before the tests: sets one seed for every property that does not set its own. */
const seed = Number(process.env.COUNTERSIGN_SEED);
if (Number.isSafeInteger(seed)) fc.configureGlobal({ seed });
