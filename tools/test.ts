import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildConsole } from './build-console.ts';
import { SEED } from './property.ts';
import { type Budget, budgetLines } from './testing/budget.ts';
import { closingLine, sum } from './testing/counts.ts';
import { ROOT } from './testing/process.ts';
import { runStaticChecks, runSystemTests, runUnitTests, type StepResult } from './testing/steps.ts';
import { installSystemNeeds } from './testing/system-needs.ts';

/** The short form uses a fixed seed. The long form draws a seed and prints it. */
const SEED_MAX = 2 ** 31;

const isLong = process.argv.includes('--long');
const isStaticOnly = process.argv.includes('--static');
const form = isLong ? 'long' : 'short';

process.env.COUNTERSIGN_SEED ??= String(isLong ? randomInt(SEED_MAX) : SEED);
if (isLong) process.env.COUNTERSIGN_LONG = '1';

const results: StepResult[] = [await runStaticChecks()];
if (!isStaticOnly) {
  buildConsole();
  await installSystemNeeds();
  console.log(`seed of the property tests: COUNTERSIGN_SEED=${process.env.COUNTERSIGN_SEED}`);
  results.push(await runUnitTests(form), await runSystemTests(form));
}
if (!isLong) {
  const budget = JSON.parse(readFileSync(join(ROOT, 'test/budget.json'), 'utf8')) as Budget;
  for (const line of budgetLines(
    results.flatMap(({ times }) => times),
    budget,
  ))
    console.log(line);
}
const total = sum(results.map(({ counts }) => counts));
console.log(closingLine(total));
if (total.failed > 0) process.exitCode = 1;
