import type { Interval, IntervalSet } from '@countersign/core';
import type { FindingDraft } from '../../store/rows/finding.ts';

/** A part of a detector's results. Each finding is in one part. */
export type DetectorResult = {
  readonly drafts: readonly FindingDraft[];
  /**
   * The `windowMs` ranges for which `drafts` are complete. Earlier findings of this detector in
   * these ranges that are missing now are withdrawn.
   */
  readonly covers: IntervalSet;
  /**
   * Windows that were not examined completely. Their earlier findings stay. Otherwise an attacker's
   * flood could withdraw them.
   */
  readonly cutShort?: readonly UnfinishedWindow[];
  /** Ids of its earlier findings that no longer hold. */
  readonly takenBack?: readonly string[];
  /** Results of the runner about the detector. The detector's `covers` do not apply to them. */
  readonly isOfRunner?: boolean;
};

/** Windows of some rules of a detector. */
export type UnfinishedWindow = Interval & { readonly rules: readonly string[] };
