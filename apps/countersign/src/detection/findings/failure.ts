import { quoted } from '@countersign/core';
import type { FindingDraft } from '../../store/rows/finding.ts';
import { limitationFinding } from './limitation-finding.ts';

/** The rule of findings about a failed rule or detector. */
export const FAILED = 'detector/failed';

/** What failed, and on which entry. */
export type Failure = {
  /** The failed detector. */
  readonly detector: string;
  /** The id of a rule or the title of a detector; null if the whole detector failed. */
  readonly unit: string | null;
  /** The skipped entry; null if it fails on any input and so reads nothing. */
  readonly entry: number | null;
};

export type FailureReport = Failure & {
  readonly title: string;
  /** The error message. */
  readonly because: string;
  /** The entry, or the first one that it did not read. */
  readonly from: number;
  /** When that entry arrived, and when its event happened. */
  readonly seenMs: number;
  readonly atMs: number;
};

/** Its identity depends on the ledger alone, so that no crash and no rebuild repeats it. */
export function failedDraft(report: FailureReport): FindingDraft {
  const { detector, unit, entry, title, because, from, seenMs, atMs } = report;
  const what = quoted(title);
  const draft = limitationFinding({
    rule: FAILED,
    group: JSON.stringify([detector, unit, entry]),
    windowMs: seenMs,
    endMs: seenMs + 1,
    title:
      entry === null
        ? `The detector ${what} failed and stopped at entry ${from}`
        : `The detector ${what} failed on entry ${entry} and skips it`,
    message:
      `The error is: ${because} Until the detector is repaired, no finding of it means cannot ` +
      'tell. An intruder can write a record that makes a detector fail.',
    next:
      entry === null
        ? 'Report this error to the maintainers of Countersign, and install the repaired version.'
        : `Run "countersign show ${entry}", report the entry to the maintainers of ` +
          'Countersign, and ' +
          'install the repaired version.',
    severity: 3,
  });
  return { ...draft, entries: [from], firstMs: atMs, lastMs: atMs };
}

/** Undefined for a finding of another rule. */
export function failureOf({ rule, group }: FindingDraft): Failure | undefined {
  if (rule !== FAILED) return undefined;
  const [detector, unit, entry] = JSON.parse(group) as [string, string | null, number | null];
  return { detector, unit, entry };
}
