/** The entries that a hold protects. An entry must match all given members. */
export type HoldScope = {
  /** Names of one person, in lower case. A body that contains any of them is held. */
  readonly names: readonly string[];
  readonly source: string | null;
  readonly tenant: string | null;
  /** Index of an import's `begun` entry. */
  readonly import: number | null;
  /** `[fromMs, toMs)` of event times; null is open. */
  readonly fromMs: number | null;
  readonly toMs: number | null;
};

/** The body of an entry of kind `hold`. Releasing a case releases all its holds. */
export type HoldBody =
  | {
      readonly v: 1;
      readonly op: 'place';
      readonly case: string;
      readonly by: string;
      /** The time of the act. It also makes a repeated hold a different entry. */
      readonly atMs: number;
      readonly scope: HoldScope;
    }
  | {
      readonly v: 1;
      readonly op: 'release';
      readonly case: string;
      readonly by: string;
      readonly atMs: number;
    };

/** Returns undefined for bytes that are not a hold of this form. */
export function parseHold(bytes: Uint8Array): HoldBody | undefined {
  try {
    const value = JSON.parse(Buffer.from(bytes).toString('utf8')) as Partial<HoldBody> | null;
    const isHold = value?.v === 1 && typeof value.case === 'string';
    if (!isHold) return undefined;
    if (value.op === 'release') return value as HoldBody;
    return value.op === 'place' && Array.isArray(value.scope?.names)
      ? (value as HoldBody)
      : undefined;
  } catch {
    return undefined;
  }
}
