import { instantOfMs, type Watermark } from '@countersign/core';

/** One sentence of a brief, and the ledger entries that support it. */
export type BriefSentence = {
  readonly text: string;
  /** Ledger indices. */
  readonly entries: readonly number[];
  /** Ids of the findings that support it. */
  readonly findings: readonly string[];
};

/** What the brief cannot tell, why, and what would decide it. */
export type BriefUnknown = BriefSentence & {
  readonly because: string;
  readonly wouldDecide: string;
};

export type BriefSectionId =
  | 'what-happened'
  | 'who-got-in'
  | 'how-they-got-in'
  | 'what-they-did'
  | 'what-they-read'
  | 'still-open'
  | 'cannot-tell'
  | 'do-first'
  | 'confidence';

export type BriefSection = {
  readonly id: BriefSectionId;
  readonly title: string;
  readonly sentences: readonly BriefSentence[];
  /** States that nothing can be told, if so. */
  readonly unknown: readonly BriefUnknown[];
};

/** One page about an incident or a period. */
export type Brief = {
  /** Undefined: the brief is about a period. */
  readonly incident: { readonly id: string; readonly shortId: string } | undefined;
  readonly fromMs: number;
  readonly toMs: number;
  readonly severity: number;
  readonly asOf: Watermark;
  /** The answer in one sentence. */
  readonly conclusion: string;
  /** In reading order. */
  readonly sections: readonly BriefSection[];
};

/** As JSON. */
export function briefItem({ fromMs, toMs, incident, ...rest }: Brief): object {
  const period = { from: instantOfMs(fromMs) ?? null, to: instantOfMs(toMs) ?? null };
  return { incident: incident ?? null, period, ...rest };
}
