import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SEED, simulations } from '../../tools/property.ts';
import { coverageRun } from '../support/collection/coverage-run.ts';
import { checkPromises, type PromiseCheck } from '../support/collection/coverage-verdict.ts';
import { temporaryFolder } from '../support/folders.ts';

const root = temporaryFolder('coverage-runs');
const RUNS = simulations(3, 1000);
/** With this many runs, each kind of loss occurs. */
const RUNS_FOR_ALL_KINDS = 200;

test('coverage never claims more than the ledger holds, under any faults', async (t) => {
  const verdicts: PromiseCheck[] = [];
  const violations: string[] = [];
  for (let n = 0; n < RUNS; n++) {
    const seed = SEED + n;
    const verdict = await coverageRun(seed, root, checkPromises);
    verdicts.push(verdict);
    violations.push(...verdict.violations.map((violation) => `run ${seed}: ${violation}`));
    if ((n + 1) % 25 === 0) t.diagnostic(summaryOf(verdicts, violations.length));
  }
  t.diagnostic(summaryOf(verdicts, violations.length));
  assert.deepEqual(violations, []);
  const sums = sumOf(verdicts);
  // Fewer runs may include no loss of some kind.
  if (RUNS < RUNS_FOR_ALL_KINDS) return;
  assert.ok(sums.covered >= 0.95 * sums.bounds, `${sums.covered} of ${sums.bounds} bounds`);
  for (const [what, count] of Object.entries(sums)) assert.ok(count > 0, what);
});

type Sums = { readonly bounds: number; readonly covered: number } & PromiseCheck['counts'];

function sumOf(verdicts: readonly PromiseCheck[]): Sums {
  const bounds = verdicts.flatMap((verdict) => verdict.bounds);
  const sum = (of: keyof PromiseCheck['counts']): number =>
    verdicts.reduce((total, { counts }) => total + counts[of], 0);
  return {
    bounds: bounds.length,
    covered: bounds.filter(({ isCovered }) => isCovered).length,
    delivered: sum('delivered'),
    corroboratedRows: sum('corroboratedRows'),
    knownMissing: sum('knownMissing'),
    oneSided: sum('oneSided'),
    undetectable: sum('undetectable'),
  };
}

function summaryOf(verdicts: readonly PromiseCheck[], violations: number): string {
  const withBounds = verdicts.filter(({ bounds }) => bounds.length > 0);
  const covered = withBounds.filter(({ bounds }) => bounds.every(({ isCovered }) => isCovered));
  const sums = JSON.stringify(sumOf(verdicts));
  return (
    `${verdicts.length} runs, ${violations} violations, ${sums}; every bound covers the loss in ` +
    `${covered.length} of ${withBounds.length} runs with random loss`
  );
}
