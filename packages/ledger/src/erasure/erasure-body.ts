/**
 * The body of an entry of kind `erasure`: the erased bodies, and the reason. It contains no name.
 * Keyed hashes identify the person, and only the data folder can compute them.
 */
export type ErasureBody = {
  readonly v: 1;
  readonly by: string;
  readonly atMs: number;
  readonly case: string;
  readonly reason: string;
  /** {@link subjectHash} of each name that the search used; empty for other erasures. */
  readonly subjects: readonly string[];
  /** Number of bodies. */
  readonly entries: number;
  /** Number of unreadable pieces that were erased too. */
  readonly quarantined: number;
  /** `[from, to)` of ledger indices, ascending and disjoint. */
  readonly ranges: readonly (readonly [number, number])[];
  /** Interval of their event times, milliseconds since the epoch. */
  readonly fromMs: number | null;
  readonly toMs: number | null;
  readonly tenants: readonly string[];
};

/**
 * Returns undefined for bytes that are not an erasure of this form. Never throws, because the input
 * may be hostile.
 */
export function parseErasure(bytes: Uint8Array): ErasureBody | undefined {
  try {
    const value = JSON.parse(Buffer.from(bytes).toString('utf8')) as Partial<ErasureBody> | null;
    if (value?.v !== 1 || !Array.isArray(value.ranges)) return undefined;
    return value.ranges.every(isRange) ? (value as ErasureBody) : undefined;
  } catch {
    return undefined;
  }
}

/** Converts ascending indices to the ranges that an erasure states. */
export function rangesOf(indices: readonly number[]): [number, number][] {
  const ranges: [number, number][] = [];
  for (const index of indices) {
    const last = ranges.at(-1);
    if (last !== undefined && last[1] === index) last[1] = index + 1;
    else ranges.push([index, index + 1]);
  }
  return ranges;
}

function isRange(value: unknown): boolean {
  if (!Array.isArray(value) || value.length !== 2) return false;
  const [from, to] = value as unknown[];
  return (
    Number.isSafeInteger(from) && Number.isSafeInteger(to) && (from as number) < (to as number)
  );
}
