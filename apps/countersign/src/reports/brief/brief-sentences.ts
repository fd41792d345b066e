import { joinWithAnd } from '@countersign/core';
import type { Opening } from '../../eviction/analysis/open-footholds.ts';
import type { EvictionReport, FootholdAnswer } from '../../eviction/eviction-report.ts';
import type { StoredFinding } from '../../store/sqlite/finding-table.ts';
import type { BriefSection, BriefSectionId, BriefSentence, BriefUnknown } from './brief.ts';

/** Sentences per section: a brief is one page. */
export const SENTENCES_MAX = 4;
const NAMES_SHOWN_MAX = 4;

export function section(
  id: BriefSectionId,
  title: string,
  sentences: readonly BriefSentence[],
  unknown: readonly BriefUnknown[] = [],
): BriefSection {
  return { id, title, sentences, unknown };
}

export function sentence(
  text: string,
  entries: readonly number[],
  findings: readonly StoredFinding[] = [],
): BriefSentence {
  const distinct = [...new Set(entries)].sort((a, b) => a - b);
  return {
    text: /[.!?]$/.test(text) ? text : `${text}.`,
    entries: distinct,
    findings: findings.map(({ uid }) => uid),
  };
}

/** The first entry of each finding, where a reader should start. */
export function firstEntries(findings: readonly StoredFinding[]): number[] {
  return findings.flatMap(({ draft }) => draft.entries.slice(0, 1));
}

export function firstNames(names: readonly string[]): string {
  const left = names.length - NAMES_SHOWN_MAX;
  return left > 0
    ? `${names.slice(0, NAMES_SHOWN_MAX).join(', ')} and ${left} more`
    : joinWithAnd(names);
}

export function unknownSentence(
  what: string,
  because: string,
  wouldDecide: string,
  entries: readonly number[] = [],
): BriefUnknown {
  const text = `Cannot tell ${what}: ${because}.`;
  return { text, entries, findings: [], because, wouldDecide };
}

export function openFootholds({ footholds }: EvictionReport): readonly FootholdAnswer[] {
  return footholds.filter(({ answer }) => answer.kind === 'no');
}

export function unknownFootholds({ footholds }: EvictionReport): readonly FootholdAnswer[] {
  return footholds.filter(({ answer }) => answer.kind === 'unknown');
}

export function isOpen({ reversal }: Opening): boolean {
  return reversal.kind === 'none';
}
