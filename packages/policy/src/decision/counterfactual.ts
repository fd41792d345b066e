import { constantsOf } from '../cedar/policy-constants.ts';
import { FLIP_OUTCOMES_MAX } from '../limits.ts';
import type { Counterfactual, DecisionRequest } from './decision.ts';
import { type EvaluationContext, evaluatePolicies, sliceOf } from './evaluate-policies.ts';
import type { MembershipChange, WhatIf } from './gather-inputs.ts';

type Change = { readonly input: string; readonly value: unknown; readonly to: string };

/**
 * The smallest change of inputs that flips the effect: one input, or else two. Null if no change of
 * that size, with values that policies name, flips it.
 */
export function flipOf(request: DecisionRequest, world: EvaluationContext): Counterfactual | null {
  const slice = sliceOf(request, world.policies);
  if (slice === undefined) return null;
  const { effect } = evaluatePolicies(request, world);
  const changes = changesOf(constantsOf(slice.policies.map(({ tree }) => tree)));
  let left = FLIP_OUTCOMES_MAX;
  const flips = (given: readonly Change[]): boolean => {
    left -= 1;
    const whatIf: WhatIf = new Map(given.map(({ input, value }) => [input, value]));
    const outcome = evaluatePolicies(request, { ...world, whatIf });
    // A value that makes the outcome unknown is not a flip.
    if (outcome.cause === 'unknown' || outcome.cause === 'error') return false;
    return outcome.effect !== effect;
  };
  const counterfactualOf = (given: readonly Change[]): Counterfactual => ({
    changes: given.map(({ input, to }) => ({ input, to })),
  });
  for (const change of changes) if (left > 0 && flips([change])) return counterfactualOf([change]);
  for (const [at, first] of changes.entries()) {
    for (const second of changes.slice(at + 1)) {
      if (left <= 0) return null;
      if (second.input !== first.input && flips([first, second]))
        return counterfactualOf([first, second]);
    }
  }
  return null;
}

function changesOf(constants: ReturnType<typeof constantsOf>): readonly Change[] {
  return [...constants]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([input, of]): Change[] => {
      if (UNCHANGEABLE.has(input)) return [];
      const values = [...of.values].map((value) => ({ input, value, to: textOf(value) }));
      const others = otherThan(input, of.values);
      const moves = [...of.containers].flatMap((id): Change[] =>
        (['in', 'out'] as const).map((kind) => {
          const value: MembershipChange = { kind, id };
          return { input, value, to: `${kind === 'in' ? 'in' : 'not in'} ${id}` };
        }),
      );
      return [...values, ...others, ...moves];
    });
}

/** Any text that no policy names lifts a forbid on a text. */
function otherThan(input: string, values: ReadonlySet<unknown>): readonly Change[] {
  const texts = [...values].filter((value) => typeof value === 'string');
  if (texts.length === 0) return [];
  // Longer than each named text, so it equals none of them.
  const value = texts.join(' ') + OTHER;
  return [{ input, value, to: `other than ${texts.toSorted().join(', ')}` }];
}

const OTHER = ' or another';

/** Inputs that people cannot change: time passes, and networks follow from address and register. */
const UNCHANGEABLE: ReadonlySet<string> = new Set(['context.time', 'context.networks']);

function textOf(value: unknown): string {
  if (value === null) return 'absent';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
