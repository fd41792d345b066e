import assert from 'node:assert/strict';
import { test } from 'node:test';
import { quantileRank, upperLossBound } from './loss-bound.ts';

function near(actual: number, expected: number): void {
  assert.ok(Math.abs(actual - expected) <= expected * 1e-4 + 1e-12, `${actual} for ${expected}`);
}

test('bounds the loss by Clopper and Pearson', () => {
  // The 0.95 quantile of a beta distribution with parameters lost + 1 and n - lost.
  near(upperLossBound(10, 0, 0.95), 0.258866);
  near(upperLossBound(10, 1, 0.95), 0.394163);
  near(upperLossBound(10, 5, 0.95), 0.777559);
  near(upperLossBound(100, 0, 0.95), 0.029513);
  near(upperLossBound(100, 3, 0.95), 0.075712);
});

test('follows the rule of three without a loss', () => {
  near(upperLossBound(300, 0, 0.95) * 300, 2.980825);
  near(upperLossBound(300_000, 0, 0.95) * 300_000, 2.995717);
});

test('bounds nothing without probes, or if all were lost', () => {
  assert.equal(upperLossBound(0, 0, 0.95), 1);
  assert.equal(upperLossBound(7, 7, 0.95), 1);
});

test('is exact: at the bound, this few losses have a probability of 5 %', () => {
  for (const [n, lost] of [
    [20, 1],
    [50, 7],
    [400, 2],
  ] as const) {
    const p = upperLossBound(n, lost, 0.95);
    let sum = 0;
    let term = (1 - p) ** n;
    for (let k = 0; k <= lost; k++) {
      sum += term;
      term *= ((n - k) / (k + 1)) * (p / (1 - p));
    }
    near(sum, 0.05);
  }
});

test('works for large numbers of probes', () => {
  // The normal approximation is accurate to a few parts in ten thousand at this size.
  const bound = upperLossBound(1_000_000, 10_000, 0.95);
  assert.ok(bound > 0.010163 && bound < 0.010167, String(bound));
});

test('needs 299 values for the share of 99 % and 2,995 for 99.9 %', () => {
  assert.equal(quantileRank(298, 0.99, 0.95), undefined);
  assert.equal(quantileRank(299, 0.99, 0.95), 299);
  assert.equal(quantileRank(2_994, 0.999, 0.95), undefined);
  assert.equal(quantileRank(2_995, 0.999, 0.95), 2_995);
  assert.equal(quantileRank(0, 0.5, 0.95), undefined);
});

test('returns a lower rank for more values', () => {
  const rank = quantileRank(100_000, 0.99, 0.95);
  assert.ok(rank !== undefined && rank > 99_000 && rank < 99_100, String(rank));
});
