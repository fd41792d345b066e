/** A pointer into a ledger: the origin of the log and the index of the entry. */
export type EvidenceRef = { readonly origin: string; readonly index: number };

/** Why an answer cannot be given. `code` is stable; `text` completes "cannot tell, because …". */
export type Reason = { readonly code: string; readonly text: string };

/** What, if it were observed, would decide. */
export type Observation = { readonly what: string };

/**
 * The three answers. No data is never `yes`: a negative claim is worth what the coverage of its
 * interval is worth, and otherwise is `unknown`, with the reason.
 */
export type Answer =
  | { readonly kind: 'yes'; readonly evidence: readonly EvidenceRef[] }
  | { readonly kind: 'no'; readonly evidence: readonly EvidenceRef[] }
  | {
      readonly kind: 'unknown';
      readonly because: readonly Reason[];
      readonly wouldDecide: readonly Observation[];
    };

export function yes(evidence: readonly EvidenceRef[]): Answer {
  return { kind: 'yes', evidence: unionOf(evidence, evidenceKey) };
}

export function no(evidence: readonly EvidenceRef[]): Answer {
  return { kind: 'no', evidence: unionOf(evidence, evidenceKey) };
}

/** At least one reason: an `unknown` that cannot say why says that. */
export function unknown(
  because: Reason | readonly Reason[],
  wouldDecide: readonly Observation[] = [],
): Answer {
  const reasons = Array.isArray(because) ? (because as readonly Reason[]) : [because as Reason];
  return {
    kind: 'unknown',
    because: unionOf(reasons.length === 0 ? [NO_REASON_GIVEN] : reasons, reasonKey),
    wouldDecide: unionOf(wouldDecide, (o) => o.what),
  };
}

/**
 * Strong Kleene conjunction. A single `no` decides and keeps the evidence of every `no`; else a
 * single `unknown` makes the whole unknown with the union of reasons; else `yes` with all evidence.
 * Of no answers at all: `unknown`, since an empty list is no data, and no data is never `yes`.
 */
export function all(answers: readonly Answer[]): Answer {
  return combine(answers, 'no', 'yes');
}

/** Strong Kleene disjunction, the dual of {@link all}. Of no answers at all: `unknown`. */
export function any(answers: readonly Answer[]): Answer {
  return combine(answers, 'yes', 'no');
}

export function not(answer: Answer): Answer {
  switch (answer.kind) {
    case 'yes':
      return no(answer.evidence);
    case 'no':
      return yes(answer.evidence);
    case 'unknown':
      return answer;
  }
}

export const NOTHING_ASKED: Reason = { code: 'nothing-asked', text: 'there was nothing to ask' };

const NO_REASON_GIVEN: Reason = { code: 'no-reason-given', text: 'no reason was given' };

function combine(
  answers: readonly Answer[],
  decisive: 'yes' | 'no',
  neutral: 'yes' | 'no',
): Answer {
  if (answers.length === 0) return unknown(NOTHING_ASKED);
  const deciding = answers.flatMap((a) => (a.kind === decisive ? [a] : []));
  if (deciding.length > 0) return { kind: decisive, evidence: evidenceOf(deciding) };
  const undecided = answers.flatMap((a) => (a.kind === 'unknown' ? [a] : []));
  if (undecided.length > 0) {
    return unknown(
      undecided.flatMap((a) => a.because),
      undecided.flatMap((a) => a.wouldDecide),
    );
  }
  return { kind: neutral, evidence: evidenceOf(answers) };
}

function evidenceOf(answers: readonly Answer[]): readonly EvidenceRef[] {
  const all = answers.flatMap((a) => (a.kind === 'unknown' ? [] : a.evidence));
  return unionOf(all, evidenceKey);
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
