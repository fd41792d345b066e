import type { Interval, IntervalSet } from '@countersign/core';
import type { FindingDraft } from '../../store/rows/finding.ts';

/** A part of what a judge says; each finding is in one part. */
export type DetectorResult = {
  readonly drafts: readonly FindingDraft[];
  /**
   * The `windowMs` of which `drafts` are all that is to be said: what this judge said of them
   * before, and does not say now, is taken back.
   */
  readonly covers: IntervalSet;
  /**
   * Windows in it of which not everything was looked at: what was said of them before stays said.
   * Else whoever makes a flood takes back what was found before it.
   */
  readonly cutShort?: readonly UnfinishedWindow[];
  /** Ids of findings that it said before, and of which it knows that they do not hold any more. */
  readonly takenBack?: readonly string[];
  /** What the stage that asks the judge says about it: `covers` of the judge do not reach it. */
  readonly isOfRunner?: boolean;
};

/** Windows of some rules of a judge. */
export type UnfinishedWindow = Interval & { readonly rules: readonly string[] };
