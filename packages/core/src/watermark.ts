/**
 * How far an answer has read: every entry of the ledger before `size`. The answer holds for these
 * entries and says nothing about later ones.
 */
export type Watermark = {
  /** The origin of the ledger. */
  readonly origin: string;
  readonly size: number;
  /** When the last of these entries arrived, in the normal form; null if unknown. */
  readonly at: string | null;
};

/** The watermark of an answer that has read no ledger. */
export const NOTHING_READ: Watermark = { origin: '', size: 0, at: null };

/**
 * The watermark of an answer that combines several others. The order is total, so that answers
 * combine in any order. Only watermarks of the same ledger compare in a meaningful way.
 */
export function lowestWatermark(marks: readonly Watermark[]): Watermark {
  return marks.reduce((a, b) => (compare(b, a) < 0 ? b : a), marks[0] ?? NOTHING_READ);
}

/** `entry 1204, which arrived 2026-03-02 08:00:00`: completes "as of …". */
export function watermarkText({ size, at }: Watermark): string {
  if (size === 0) return 'an empty ledger';
  const when = at === null ? '' : `, which arrived ${at.slice(0, 19).replace('T', ' ')}`;
  return `entry ${size - 1}${when}`;
}

function compare(a: Watermark, b: Watermark): number {
  return (
    a.size - b.size || compareText(a.at ?? '~', b.at ?? '~') || compareText(a.origin, b.origin)
  );
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
