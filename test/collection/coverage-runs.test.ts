import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SEED, simulations } from '../../tools/property.ts';
import { coverageRun } from '../support/collection/coverage-run.ts';
import { type Verdict, verdictOf } from '../support/collection/coverage-verdict.ts';
import { temporaryFolder } from '../support/folders.ts';

const root = temporaryFolder('coverage-runs');
const RUNS = simulations(3, 1000);
/** This many runs include each kind of loss. */
const RUNS_ENOUGH = 200;

test('coverage never claims too much, under any faults', async (t) => {
  const verdicts: Verdict[] = [];
  const breaches: string[] = [];
  for (let n = 0; n < RUNS; n++) {
    const seed = SEED + n;
    const verdict = await coverageRun(seed, root, verdictOf);
    verdicts.push(verdict);
    breaches.push(...verdict.breaches.map((breach) => `run ${seed}: ${breach}`));
    if ((n + 1) % 25 === 0) t.diagnostic(summaryOf(verdicts, breaches.length));
  }
  t.diagnostic(summaryOf(verdicts, breaches.length));
  assert.deepEqual(breaches, []);
  const sums = sumOf(verdicts);
  // A few runs may include no loss at all, and then prove nothing.
  if (RUNS < RUNS_ENOUGH) return;
  assert.ok(sums.covered >= 0.95 * sums.bounds, `${sums.covered} of ${sums.bounds} bounds`);
  for (const [what, count] of Object.entries(sums)) assert.ok(count > 0, what);
});

type Sums = { readonly bounds: number; readonly covered: number } & Verdict['at'];

function sumOf(verdicts: readonly Verdict[]): Sums {
  const bounds = verdicts.flatMap((verdict) => verdict.bounds);
  const sum = (of: keyof Verdict['at']): number =>
    verdicts.reduce((total, { at }) => total + at[of], 0);
  return {
    bounds: bounds.length,
    covered: bounds.filter(({ isCovered }) => isCovered).length,
    delivered: sum('delivered'),
    corroboratedRows: sum('corroboratedRows'),
    knownShort: sum('knownShort'),
    oneSided: sum('oneSided'),
    undetectable: sum('undetectable'),
  };
}

function summaryOf(verdicts: readonly Verdict[], breaches: number): string {
  const withBounds = verdicts.filter(({ bounds }) => bounds.length > 0);
  const whole = withBounds.filter(({ bounds }) => bounds.every(({ isCovered }) => isCovered));
  const sums = JSON.stringify(sumOf(verdicts));
  return (
    `${verdicts.length} runs, ${breaches} breaches, ${sums}; in ${whole.length} of ` +
    `${withBounds.length} runs with loss at random every bound covers it`
  );
}
