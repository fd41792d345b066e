import { CLOCK_OFF_REPORTED_MS } from './limits.ts';

/**
 * A sentence for the log if the service's clock is so far from this machine's that windows and
 * delays are wrong. An operator who reads about refused windows would not suspect the clock.
 */
export function clockOffText(skewMs: number, followedMs: number): string | undefined {
  const offMs = Math.abs(skewMs);
  if (offMs < CLOCK_OFF_REPORTED_MS) return undefined;
  const way = skewMs > 0 ? 'ahead of' : 'behind';
  const said = `the service's clock is ${minutes(offMs)} min ${way} this machine's`;
  const more = offMs > followedMs ? `, more than the allowed ${minutes(followedMs)} min` : '';
  return `${said}${more}: set this machine's clock`;
}

function minutes(ms: number): number {
  return Math.floor(ms / 60_000);
}
