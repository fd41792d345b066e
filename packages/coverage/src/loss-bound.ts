import { assert } from '@countersign/core';

/**
 * The exact upper bound of Clopper and Pearson (Biometrika 26, 1934) on the loss probability, after
 * `lost` of `n` independent probes were lost. The true value is no larger, with the stated
 * confidence. For `lost` = 0 it is 1 - (1 - confidence)^(1/n), about 3/n at 95 %. Without probes it
 * is 1.
 */
export function upperLossBound(n: number, lost: number, confidence: number): number {
  assert(lost >= 0 && lost <= n, 'at most as many probes are lost as were sent');
  if (lost === n) return 1;
  if (lost === 0) return -Math.expm1(Math.log1p(-confidence) / n);
  let low = lost / n;
  let high = 1;
  for (let step = 0; step < BISECTIONS; step++) {
    const p = (low + high) / 2;
    if (atMost(lost, n, p) > 1 - confidence) low = p;
    else high = p;
  }
  return high;
}

/**
 * The rank, of `n` observed values, at or above which the true `share` quantile is, with the stated
 * confidence (distribution-free, by order statistics). Undefined if even the largest value is not.
 */
export function quantileRank(n: number, share: number, confidence: number): number | undefined {
  if (n === 0 || atMost(n - 1, n, share) < confidence) return undefined;
  let low = 1;
  let high = n;
  while (low < high) {
    const rank = Math.floor((low + high) / 2);
    if (atMost(rank - 1, n, share) >= confidence) high = rank;
    else low = rank + 1;
  }
  return low;
}

/** Enough for the relevant precision of a double between 0 and 1. */
const BISECTIONS = 60;

/** P(X <= k) of a binomial X: the regularized incomplete beta function (DLMF 8.17.5). */
function atMost(k: number, n: number, p: number): number {
  if (k < 0) return 0;
  if (k >= n) return 1;
  return incompleteBeta(1 - p, n - k, k + 1);
}

/** I_x(a, b) by its continued fraction (DLMF 8.17.22), in the range of fast convergence. */
function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a);
  const logFront = a * Math.log(x) + b * Math.log1p(-x) + lnGamma(a + b) - lnGamma(a) - lnGamma(b);
  return (Math.exp(logFront) * betaFraction(x, a, b)) / a;
}

/** The modified Lentz method. */
function betaFraction(x: number, a: number, b: number): number {
  let c = 1;
  let d = 1 / awayFromZero(1 - ((a + b) * x) / (a + 1));
  let value = d;
  for (let m = 1; m <= FRACTION_STEPS_MAX; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    const odd = -((a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    let last = 1;
    for (const term of [even, odd]) {
      d = 1 / awayFromZero(1 + term * d);
      c = awayFromZero(1 + term / c);
      last = c * d;
      value *= last;
    }
    if (Math.abs(last - 1) < 1e-14) break;
  }
  return value;
}

/** It needs about the square root of the larger parameter: 10^8 records need about 10^4 steps. */
const FRACTION_STEPS_MAX = 100_000;

function awayFromZero(value: number): number {
  return Math.abs(value) < 1e-300 ? 1e-300 : value;
}

/** Stirling's series (DLMF 5.11.1), after the argument was increased to the accurate range. */
function lnGamma(z: number): number {
  let shift = 0;
  let x = z;
  for (; x < 10; x++) shift += Math.log(x);
  const inverse = 1 / (x * x);
  const series =
    (1 / 12 - inverse * (1 / 360 - inverse * (1 / 1260 - inverse * (1 / 1680 - inverse / 1188)))) /
    x;
  return (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + series - shift;
}
