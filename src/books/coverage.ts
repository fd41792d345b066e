import {
  type Answer,
  interval,
  normalise,
  plural,
  type Reason,
  subtract,
  unknown,
  yes,
} from '../core/index.ts';
import { ANY, type CoverageFact } from './facts.ts';
import { REASONS_MAX } from './limits.ts';
import type { Scope } from './live.ts';

/** The facts that say something about the period. */
export function factsWithin(
  facts: readonly CoverageFact[],
  period: Scope,
  tenants: readonly string[] | undefined,
): CoverageFact[] {
  const { fromMs = Number.NEGATIVE_INFINITY, toMs = Number.POSITIVE_INFINITY } = period;
  return facts.filter(
    (fact) =>
      (tenants === undefined || fact.tenant === ANY || tenants.includes(fact.tenant)) &&
      (fact.fromMs ?? Number.NEGATIVE_INFINITY) < toMs &&
      (fact.toMs ?? Number.POSITIVE_INFINITY) > fromMs,
  );
}

/**
 * Whether the books hold all that happened in the period. Yes only when every source was
 * collected for the whole of it and nothing speaks against; an import proves nothing by itself.
 */
export function coverageAnswer(
  facts: readonly CoverageFact[],
  period: Scope,
  ledger: { readonly origin: string; readonly size: number; readonly posted: number },
): Answer {
  const because: Reason[] = [];
  if (ledger.posted < ledger.size) {
    const text = `entries ${ledger.posted} to ${ledger.size - 1} are not yet indexed`;
    because.push({ code: 'not-yet-indexed', text });
  }
  if (facts.length === 0) because.push(NOTHING_SAID);
  const { fromMs, toMs } = period;
  const good = facts.filter((f) => f.state === 'collected' || f.state === 'corroborated');
  for (const fact of facts) if (!good.includes(fact)) because.push(reasonOf(fact));
  if (fromMs === undefined || toMs === undefined) because.push(OPEN);
  else because.push(...gaps(good, fromMs, toMs));
  if (because.length === 0) {
    return yes(good.map((fact) => ({ origin: ledger.origin, index: fact.index })));
  }
  return unknown(shortened(because));
}

const NOTHING_SAID: Reason = {
  code: 'coverage-unknown',
  text: 'nothing in the ledger says which interval its records cover',
};

const OPEN: Reason = { code: 'period-open', text: 'a period without an end cannot be complete' };

function gaps(good: readonly CoverageFact[], fromMs: number, toMs: number): Reason[] {
  const bySource = Map.groupBy(good, (fact) => `${fact.source} of tenant ${fact.tenant}`);
  return [...bySource].flatMap(([what, facts]) => {
    const had = normalise(
      facts.map((fact) => ({
        from: fact.fromMs ?? Number.NEGATIVE_INFINITY,
        to: fact.toMs ?? Number.POSITIVE_INFINITY,
      })),
    );
    if (subtract([interval(fromMs, toMs)], had).length === 0) return [];
    return [{ code: 'coverage-gap', text: `${what} was not collected for the whole period` }];
  });
}

function reasonOf(fact: CoverageFact): Reason {
  return { code: `coverage-${fact.state}`, text: fact.because };
}

/** Thousands of imports may each give the same reason. */
function shortened(reasons: readonly Reason[]): Reason[] {
  const distinct = [...new Map(reasons.map((r) => [`${r.code}\n${r.text}`, r])).values()];
  if (distinct.length <= REASONS_MAX) return distinct;
  const more = distinct.length - REASONS_MAX + 1;
  return [
    ...distinct.slice(0, REASONS_MAX - 1),
    {
      code: 'coverage-unknown',
      text: `${plural(more, 'more reason')}: see "countersign coverage"`,
    },
  ];
}
