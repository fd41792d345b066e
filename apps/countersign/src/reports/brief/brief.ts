import type { Watermark } from '@countersign/core';

/** One sentence of a brief, and the entries of the ledger that it rests on. */
export type BriefSentence = {
  readonly text: string;
  /** Ledger indices. */
  readonly entries: readonly number[];
  /** Ids of findings that say it. */
  readonly findings: readonly string[];
};

/** What cannot be told, why, and what would decide it. */
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
  /** Where nothing can be told, this says so. */
  readonly unknown: readonly BriefUnknown[];
};

/** One page about an incident or a period. */
export type Brief = {
  /** Undefined: about a period. */
  readonly incident: { readonly id: string; readonly shortId: string } | undefined;
  readonly fromMs: number;
  readonly toMs: number;
  readonly severity: number;
  readonly asOf: Watermark;
  /** The answer, in one sentence. */
  readonly conclusion: string;
  /** In the order in which people read them. */
  readonly sections: readonly BriefSection[];
};
