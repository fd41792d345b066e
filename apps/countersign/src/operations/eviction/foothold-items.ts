import type { Answer, Reason } from '@countersign/core';
import type { Opening } from '../../eviction/analysis/open-footholds.ts';
import type { EvictionReport, FootholdAnswer } from '../../eviction/eviction-report.ts';
import type { Taint } from '../../eviction/lineage/lineage.ts';
import { partyKind, sinceMsOf } from '../../eviction/lineage/suspect-names.ts';
import type { QuestionResult } from '../../eviction/vendor-questionnaire.ts';

const OPENINGS_SHOWN_MAX = 50;
const EVIDENCE_SHOWN_MAX = 20;

/** `answer` is `open` or `unknown`; with live state it will be `closed` as well. */
export function footholdItem(
  { foothold, answer, openings }: FootholdAnswer,
  { doubts }: EvictionReport,
  questions: readonly QuestionResult[],
): object {
  const open = openings.filter(isOpen);
  const kept = answer.kind === 'no' ? 'open' : 'unknown';
  return {
    foothold: foothold.id,
    number: foothold.number,
    name: foothold.name,
    answer: kept,
    asOf: answer.asOf,
    because: reasonsOf(answer),
    wouldDecide: answer.kind === 'unknown' ? answer.wouldDecide : [{ what: foothold.readBack }],
    openings: openings.slice(0, OPENINGS_SHOWN_MAX).map(openingItem),
    openingCount: open.length,
    // The answer if one of its findings is a false alarm.
    without: doubts.flatMap(({ finding, openCounts }) => {
      const openingCount = openCounts.get(foothold.number) ?? 0;
      if (openingCount === open.length) return [];
      const { uid, draft } = finding;
      const without = openingCount > 0 ? 'open' : 'unknown';
      return [{ finding: uid, title: draft.title, answer: without, openingCount }];
    }),
    // Our logs do not show access inside the vendor.
    ...(foothold.id === 'exposed-secrets' && { vendor: { answer: 'unknown', questions } }),
  };
}

function openingItem(opening: Opening): object {
  const { reversal } = opening;
  const at = (ms: number): string => new Date(ms).toISOString();
  return {
    entries: opening.entries,
    at: at(opening.atMs),
    tenant: opening.tenant,
    what: opening.text,
    why: opening.by.because,
    party: opening.party,
    state: reversal.kind === 'none' ? 'open' : reversal.kind,
    closed:
      reversal.kind === 'closed'
        ? {
            entry: reversal.entry,
            at: at(reversal.atMs),
            by: reversal.by,
            leaves: reversal.leaves.map(({ code, text }) => ({ code, text })),
          }
        : null,
    ...(reversal.kind === 'unsure' && {
      unsure: { entry: reversal.entry, at: at(reversal.atMs), because: reversal.why },
    }),
  };
}

/** Facts about all footholds. They are in the first item, since each item is a foothold. */
export function lineageItem({ lineage, addresses, doubts, undoubted }: EvictionReport): object {
  return {
    parties: lineage.map((suspect) => ({
      party: suspect.party,
      kind: partyKind(suspect),
      names: suspect.names,
      since: new Date(sinceMsOf(suspect)).toISOString(),
      evidence: suspect.taints.slice(0, EVIDENCE_SHOWN_MAX).map(taintItem),
      evidenceCount: suspect.taints.length,
    })),
    addresses: addresses.map(({ ip, isFollowed, because, earlier }) => ({
      address: ip,
      followed: isFollowed,
      because,
      // Null: unknown; `because` states the reason.
      accountsBefore: earlier.people,
    })),
    doubts: doubts
      .filter(({ cleared }) => cleared.length > 0)
      .map(({ finding, cleared }) => ({
        finding: finding.uid,
        title: finding.draft.title,
        clears: cleared,
      })),
    doubtsNotTried: undoubted,
  };
}

function taintItem({ sinceMs, because, entries, techniques, origin }: Taint): object {
  const at = new Date(sinceMs).toISOString();
  const edge =
    origin.kind === 'finding'
      ? { finding: origin.uid, confidence: origin.confidence }
      : origin.kind === 'change'
        ? { from: origin.from, operation: origin.operation }
        : {};
  return { edge: origin.kind, ...edge, at, text: because, entries, techniques };
}

export function isOpen({ reversal }: Opening): boolean {
  return reversal.kind === 'none';
}

function reasonsOf(answer: Answer): readonly Reason[] {
  switch (answer.kind) {
    case 'yes':
      return [];
    case 'no':
      return answer.because.slice(0, OPENINGS_SHOWN_MAX);
    case 'unknown':
      return answer.because;
  }
}
