import { randomInt } from 'node:crypto';
import { SEED } from './property.ts';
import { type Counts, closingLine, sum } from './testing/counts.ts';
import { runStaticChecks, runSystemTests, runUnitTests } from './testing/steps.ts';
import { installSystemNeeds } from './testing/system-needs.ts';

/** The short form repeats itself; the long form draws a seed, which is printed. */
const SEED_MAX = 2 ** 31;

const isLong = process.argv.includes('--long');
const isStaticOnly = process.argv.includes('--static');
const form = isLong ? 'long' : 'short';

process.env.COUNTERSIGN_SEED ??= String(isLong ? randomInt(SEED_MAX) : SEED);
if (isLong) process.env.COUNTERSIGN_LONG = '1';

const counts: Counts[] = [await runStaticChecks()];
if (!isStaticOnly) {
  await installSystemNeeds();
  console.log(`seed of the property tests: COUNTERSIGN_SEED=${process.env.COUNTERSIGN_SEED}`);
  counts.push(await runUnitTests(form), await runSystemTests(form));
}
const total = sum(counts);
console.log(closingLine(total));
if (total.failed > 0) process.exitCode = 1;
