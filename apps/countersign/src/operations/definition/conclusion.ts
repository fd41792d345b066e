import { type Answer, numberText, plural, type Reason } from '@countersign/core';
import { cannotTell, type OperationError } from './errors.ts';

/**
 * The conclusion of an output. Each adapter has one rule for it: the command line turns it into an
 * exit code, HTTP into a member of the body. `failed` is an error that leaves the output valid.
 */
export type Conclusion =
  /** `missing`: why a list may lack items. */
  | { readonly kind: 'yes'; readonly missing?: readonly Reason[] }
  | { readonly kind: 'no'; readonly because?: readonly Reason[] }
  | {
      readonly kind: 'failed';
      readonly error: OperationError;
      readonly because?: readonly Reason[];
    };

export const YES: Conclusion = { kind: 'yes' };
export const NO: Conclusion = { kind: 'no' };

export function unknown(because: string): Conclusion {
  return { kind: 'failed', error: cannotTell(because) };
}

function unknownFor(because: readonly Reason[]): Conclusion {
  return { kind: 'failed', error: cannotTell(reasonsText(because)), because };
}

/** `unknown` stays unknown. A list does not become a no because its coverage has a known hole. */
export function coverageConclusion(coverage: Answer): Conclusion {
  return coverage.kind === 'unknown' ? unknownFor(coverage.because) : YES;
}

/**
 * The conclusion of a list. With items, it is an answer, and a notice states what may be missing.
 * An empty list is an answer only if nothing may be missing.
 */
export function listConclusion(
  list: { readonly count: number; readonly because: readonly Reason[] },
  notice: (text: string) => void,
): Conclusion {
  const { count, because } = list;
  if (because.length === 0) return YES;
  if (count === 0) return unknownFor(because);
  notice(`Not everything could be seen: ${reasonsText(because)}.`);
  return { kind: 'yes', missing: because };
}

/** The reasons if an answer is not a yes. */
export function reasonsOf(answer: Answer): readonly Reason[] {
  return answer.kind === 'yes' ? [] : answer.because;
}

export function answerConclusion(answer: Answer): Conclusion {
  switch (answer.kind) {
    case 'yes':
      return YES;
    case 'no':
      return { kind: 'no', because: answer.because };
    case 'unknown':
      return unknownFor(answer.because);
  }
}

/** The first conclusion that is not a yes. */
export function firstDoubt(...conclusions: readonly Conclusion[]): Conclusion {
  return conclusions.find(({ kind }) => kind !== 'yes') ?? YES;
}

/** Kinds of reasons in a sentence; the output contains all. */
const REASONS_SHOWN = 5;

/** One line: the first reason of each kind, and the number of its other reasons. */
export function reasonsText(because: readonly Reason[]): string {
  const kinds = [...Map.groupBy(because, (reason) => reason.code).values()];
  const texts = kinds.slice(0, REASONS_SHOWN).map(([first, ...more]) => {
    const others = more.length === 0 ? '' : ` (and ${numberText(more.length)} more like this)`;
    return `${first?.text}${others}`;
  });
  const left = kinds.length - texts.length;
  return [
    ...texts,
    ...(left > 0 ? [`${plural(left, 'more kind', 'more kinds')} of reasons`] : []),
  ].join('; ');
}
