import { lowestWatermark, type Watermark } from './watermark.ts';

/** A pointer into a ledger: the origin of the log and the index of the entry. */
export type EvidenceRef = { readonly origin: string; readonly index: number };

/** Why an answer cannot be given. `code` is stable; `text` completes "cannot tell, because …". */
export type Reason = { readonly code: string; readonly text: string };

/** An observation that would decide the answer. */
export type Observation = { readonly what: string };

/**
 * The three answers. No data is never `yes`. A negative claim is worth only as much as the coverage
 * of its interval; without coverage it is `unknown`, with the reason. Each answer states its
 * watermark.
 */
export type Answer =
  | {
      readonly kind: 'yes';
      readonly asOf: Watermark;
      readonly evidence: readonly EvidenceRef[];
    }
  | {
      readonly kind: 'no';
      readonly asOf: Watermark;
      readonly because: readonly Reason[];
      readonly evidence: readonly EvidenceRef[];
    }
  | {
      readonly kind: 'unknown';
      readonly asOf: Watermark;
      readonly because: readonly Reason[];
      readonly wouldDecide: readonly Observation[];
    };

export function yes(
  asOf: Watermark,
  evidence: readonly EvidenceRef[] = [],
): Answer & { readonly kind: 'yes' } {
  return { kind: 'yes', asOf, evidence: unionOf(evidence, evidenceKey) };
}

/** If the caller gives no reason, the reason is `no-reason-given`. */
export function no(
  asOf: Watermark,
  because: Reason | readonly Reason[],
  evidence: readonly EvidenceRef[] = [],
): Answer {
  return {
    kind: 'no',
    asOf,
    because: reasonsOf(because),
    evidence: unionOf(evidence, evidenceKey),
  };
}

/** If the caller gives no reason, the reason is `no-reason-given`. */
export function unknown(
  asOf: Watermark,
  because: Reason | readonly Reason[],
  wouldDecide: readonly Observation[] = [],
): Answer {
  return {
    kind: 'unknown',
    asOf,
    because: reasonsOf(because),
    wouldDecide: unionOf(wouldDecide, (o) => o.what),
  };
}

/**
 * Strong Kleene conjunction. One `no` decides, and the evidence of every `no` is kept. Otherwise
 * one `unknown` makes the result unknown, with the union of reasons. Otherwise the result is `yes`
 * with all evidence. The watermark is the lowest of all parts. An empty list gives `unknown`: no
 * data is never `yes`.
 */
export function all(answers: readonly Answer[]): Answer {
  return combine(answers, 'no', 'yes');
}

/** Strong Kleene disjunction, the dual of {@link all}. An empty list gives `unknown`. */
export function any(answers: readonly Answer[]): Answer {
  return combine(answers, 'yes', 'no');
}

/** `because` is the reason of the `no` that a `yes` becomes. A `yes` has no reason of its own. */
export function not(answer: Answer, because: Reason): Answer {
  switch (answer.kind) {
    case 'yes':
      return no(answer.asOf, because, answer.evidence);
    case 'no':
      return yes(answer.asOf, answer.evidence);
    case 'unknown':
      return answer;
  }
}

export const NOTHING_ASKED: Reason = { code: 'nothing-asked', text: 'no question was asked' };

const NO_REASON_GIVEN: Reason = { code: 'no-reason-given', text: 'no reason was given' };

function combine(
  answers: readonly Answer[],
  decisive: 'yes' | 'no',
  neutral: 'yes' | 'no',
): Answer {
  const asOf = lowestWatermark(answers.map((answer) => answer.asOf));
  if (answers.length === 0) return unknown(asOf, NOTHING_ASKED);
  const deciding = answers.filter(({ kind }) => kind === decisive);
  if (deciding.length > 0) return decided(decisive, asOf, deciding);
  const undecided = answers.flatMap((a) => (a.kind === 'unknown' ? [a] : []));
  if (undecided.length > 0) {
    return unknown(
      asOf,
      undecided.flatMap((a) => a.because),
      undecided.flatMap((a) => a.wouldDecide),
    );
  }
  return decided(neutral, asOf, answers);
}

/** Combines answers of the same kind: unites their evidence and reasons. */
function decided(kind: 'yes' | 'no', asOf: Watermark, answers: readonly Answer[]): Answer {
  const evidence = answers.flatMap((a) => (a.kind === 'unknown' ? [] : a.evidence));
  if (kind === 'yes') return yes(asOf, evidence);
  const because = answers.flatMap((a) => (a.kind === 'no' ? a.because : []));
  return no(asOf, because, evidence);
}

function reasonsOf(because: Reason | readonly Reason[]): readonly Reason[] {
  const reasons = Array.isArray(because) ? (because as readonly Reason[]) : [because as Reason];
  return unionOf(reasons.length === 0 ? [NO_REASON_GIVEN] : reasons, reasonKey);
}

function unionOf<T>(items: readonly T[], keyOf: (item: T) => string): readonly T[] {
  const seen = new Map<string, T>();
  for (const item of items) {
    const key = keyOf(item);
    if (!seen.has(key)) seen.set(key, item);
  }
  return [...seen.values()];
}

function evidenceKey(ref: EvidenceRef): string {
  return `${ref.index}@${ref.origin}`;
}

function reasonKey(reason: Reason): string {
  return `${reason.code}\n${reason.text}`;
}
