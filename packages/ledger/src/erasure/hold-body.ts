/** Which entries somebody may still need: all members that are given must fit. */
export type HoldScope = {
  /** Names of one person, in lower case: any of them in a body holds it. */
  readonly names: readonly string[];
  readonly source: string | null;
  readonly tenant: string | null;
  /** Index of an import's `begun` entry. */
  readonly import: number | null;
  /** `[fromMs, toMs)` of event times; null is open. */
  readonly fromMs: number | null;
  readonly toMs: number | null;
};

/** What an entry of kind `hold` says. Releasing a case releases all its holds. */
export type HoldBody =
  | {
      readonly v: 1;
      readonly op: 'place';
      readonly case: string;
      readonly by: string;
      /** When; it also makes the same hold, placed again, another entry. */
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

/** Undefined for bytes that are no hold of this form. */
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
