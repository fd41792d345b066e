import type { DelaySketch } from '../delay-sketch.ts';
import { CONFIDENCE, SETTLE_BEYOND_MIN, SETTLE_WINDOWS_MIN, SETTLED_SHARES } from '../limits.ts';
import { quantileRank } from '../loss-bound.ts';

/** How long after an event its record may still arrive. */
export type Settle =
  | {
      readonly kind: 'learned';
      /** With {@link CONFIDENCE}, at least `share` of all records arrive within `ms`. */
      readonly ms: number;
      readonly share: number;
      /** The number of samples. */
      readonly seen: number;
    }
  | { readonly kind: 'not-learned'; readonly seen: number; readonly windows: number }
  /**
   * For a source that is requested once, for comparison: the other source shows what was not there
   * yet.
   */
  | { readonly kind: 'not-needed' };

/** The longest share of {@link SETTLED_SHARES} that this many delays support. */
export function settleOf(delays: DelaySketch, windows: number): Settle {
  const seen = delays.n;
  if (windows < SETTLE_WINDOWS_MIN) return { kind: 'not-learned', seen, windows };
  for (const share of SETTLED_SHARES) {
    const rank = quantileRank(seen, share, CONFIDENCE);
    if (rank === undefined) continue;
    const isLeast = share === SETTLED_SHARES.at(-1);
    if (!isLeast && seen * (1 - share) < SETTLE_BEYOND_MIN) continue;
    return { kind: 'learned', ms: Math.max(0, delays.ceilingAtRank(rank)), share, seen };
  }
  return { kind: 'not-learned', seen, windows };
}
