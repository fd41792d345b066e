import { type Answer, numberText, plural, type Reason } from '@countersign/core';
import { cannotTell, type OperationError } from './errors.ts';

/**
 * What follows from an output. Each adapter has one rule for it: the command line makes it an exit
 * code, HTTP a member of the body. `failed` is an error that leaves the output valid.
 */
export type Conclusion =
  | { readonly kind: 'yes' }
  | { readonly kind: 'no' }
  | { readonly kind: 'failed'; readonly error: OperationError };

export const YES: Conclusion = { kind: 'yes' };
export const NO: Conclusion = { kind: 'no' };

export function unknown(because: string): Conclusion {
  return { kind: 'failed', error: cannotTell(because) };
}

/** `unknown` stays unknown. A list does not become a no because its coverage has a known hole. */
export function coverageConclusion(coverage: Answer): Conclusion {
  return coverage.kind === 'unknown' ? unknown(reasonsText(coverage.because)) : YES;
}

/**
 * What follows from a list: with items it is an answer, and a notice says what may be missing. An
 * empty one is an answer only where nothing may be missing.
 */
export function listConclusion(
  list: { readonly count: number; readonly because: readonly Reason[] },
  notice: (text: string) => void,
): Conclusion {
  const { count, because } = list;
  if (because.length === 0) return YES;
  if (count === 0) return unknown(reasonsText(because));
  notice(`Not everything could be seen: ${reasonsText(because)}.`);
  return YES;
}

/** Why an answer is not a yes. */
export function reasonsOf(answer: Answer): readonly Reason[] {
  return answer.kind === 'yes' ? [] : answer.because;
}

export function answerConclusion(answer: Answer): Conclusion {
  switch (answer.kind) {
    case 'yes':
      return YES;
    case 'no':
      return NO;
    case 'unknown':
      return unknown(reasonsText(answer.because));
  }
}

/** The first that is not a yes. */
export function firstDoubt(...conclusions: readonly Conclusion[]): Conclusion {
  return conclusions.find(({ kind }) => kind !== 'yes') ?? YES;
}

/** Kinds of reasons that a sentence names; the output holds all. */
const REASONS_SHOWN = 5;

/** One line: the first reason of each kind, and how many more of it there are. */
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
