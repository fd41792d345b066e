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

export function unknown(
  because: Reason | readonly Reason[],
  wouldDecide: readonly Observation[] = [],
): Answer {
  const reasons = Array.isArray(because) ? (because as readonly Reason[]) : [because as Reason];
  return {
    kind: 'unknown',
    because: unionOf(reasons, reasonKey),
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

function combine(
  answers: readonly Answer[],
  decisive: 'yes' | 'no',
  neutral: 'yes' | 'no',
): Answer {
  if (answers.length === 0) return unknown(NOTHING_ASKED);
  const evidence: EvidenceRef[] = [];
  const because: Reason[] = [];
  const wouldDecide: Observation[] = [];
  let decided = false;
  for (const answer of answers) {
    if (answer.kind === 'unknown') {
      because.push(...answer.because);
      wouldDecide.push(...answer.wouldDecide);
    } else if (answer.kind === decisive) {
      if (!decided) evidence.length = 0;
      decided = true;
      evidence.push(...answer.evidence);
    } else if (!decided) {
      evidence.push(...answer.evidence);
    }
  }
  if (decided) return decisive === 'yes' ? yes(evidence) : no(evidence);
  if (because.length > 0) return unknown(because, wouldDecide);
  return neutral === 'yes' ? yes(evidence) : no(evidence);
}

function unionOf<T>(items: readonly T[], keyOf: (item: T) => string): readonly T[] {
  const seen = new Map<string, T>();
  for (const item of items) if (!seen.has(keyOf(item))) seen.set(keyOf(item), item);
  return [...seen.values()];
}

function evidenceKey(ref: EvidenceRef): string {
  return `${ref.index}@${ref.origin}`;
}

function reasonKey(reason: Reason): string {
  return `${reason.code}\n${reason.text}`;
}
