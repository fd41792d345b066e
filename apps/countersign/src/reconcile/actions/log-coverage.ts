import type { CoverageRow, ErasureRow } from '../../store/rows/entry-rows.ts';
import { BOUND_TIGHT, HOUR_MS } from '../limits.ts';
import type { Cause } from './action-verdict.ts';

/** What a missing record in a log means: `no-sign-in` only if the log is corroborated. */
export type Absence = {
  readonly cause: Cause;
  /** Upper bound on uniform loss of the worst log; null without a bound. */
  readonly bound: number | null;
};

export type Span = { readonly tenant: string; readonly fromMs: number; readonly toMs: number };

export const ANY = '*';

/** Causes, from the strongest evidence of absence to the weakest. */
const STRONGEST_FIRST: readonly Cause[] = [
  'no-sign-in',
  'no-sign-in-delivered',
  'coverage-unknown',
  'older-than-source',
  'coverage-hole',
  'not-settled',
  'no-sign-in-source',
];

/**
 * Assesses what a missing record means, from the rows of the log's sources (`own`) and the rows
 * about all sources (in `all`). The best source decides, unless records may still arrive.
 *
 * @param period `seenMs` is the time of the log's first record
 */
export function assessAbsence(
  own: readonly CoverageRow[],
  all: readonly CoverageRow[],
  { tenant, fromMs, toMs, seenMs }: Span & { readonly seenMs?: number | undefined },
): Absence {
  // A row about all sources, such as a clock step, is not a log.
  if (own.length === 0) return { cause: 'no-sign-in-source', bound: null };
  const sharedRows = all.filter(
    ({ source, ...fact }) => source === ANY && isOfTenant(fact, tenant),
  );
  const sharedGaps = sharedRows.filter((fact) => isWithin(fact, fromMs, toMs) && !isGood(fact));
  const first = sharedGaps[0];
  if (first !== undefined) return { cause: causeOf(first.state), bound: null };
  const sources = [...Map.groupBy(own, ({ source }) => source).values()];
  const assessments = sources.map((facts) => assessSource(facts, { fromMs, toMs }, seenMs));
  const late = assessments.find(({ cause }) => cause === 'not-settled');
  return late ?? assessments.reduce((a, b) => (absenceRank(b) < absenceRank(a) ? b : a));
}

export function isErased(erasures: readonly ErasureRow[], { tenant, fromMs, toMs }: Span): boolean {
  return erasures.some(
    (erasure) =>
      (erasure.tenants.length === 0 || erasure.tenants.includes(tenant)) &&
      (erasure.fromMs ?? -Infinity) <= toMs &&
      (erasure.toMs ?? Infinity) >= fromMs,
  );
}

/** 4 if a lost record is an unlikely explanation, else 3. */
export function severityOf({ cause, bound }: Absence): 3 | 4 {
  return cause === 'no-sign-in' || (bound !== null && bound <= BOUND_TIGHT) ? 4 : 3;
}

export function isOfTenant({ tenant }: { readonly tenant: string }, expected: string): boolean {
  return tenant === expected || tenant === ANY;
}

export function absenceRank({ cause }: Absence): number {
  return STRONGEST_FIRST.indexOf(cause);
}

function assessSource(
  facts: readonly CoverageRow[],
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
  seenMs: number | undefined,
): Absence {
  const within = facts.filter((fact) => isWithin(fact, fromMs, toMs));
  const bad = within.find((fact) => !isGood(fact) && fact.state !== 'unknown');
  if (bad !== undefined) return { cause: causeOf(bad.state), bound: null };
  // Both times are rounded down to the hour.
  const starts = facts.map((fact) => hourOf(fact.fromMs ?? -Infinity));
  const startsLater = Math.min(...starts) > fromMs;
  const good = facts.filter(isGood);
  if (coversPeriod(good, fromMs, toMs)) {
    const used = good.filter((fact) => isWithin(fact, fromMs, toMs));
    const bound = Math.max(...used.map((fact) => fact.bound ?? 1));
    const isCorroborated = used.every(({ state }) => state === 'corroborated');
    return { cause: isCorroborated ? 'no-sign-in' : 'no-sign-in-delivered', bound };
  }
  if (startsLater) return { cause: 'older-than-source', bound: null };
  if (!within.some(({ state }) => state === 'unknown')) {
    return { cause: 'coverage-hole', bound: null };
  }
  // Files state the period of their records. A kind of record may begin later.
  const isSeen = seenMs !== undefined && hourOf(seenMs) <= fromMs;
  return { cause: isSeen ? 'coverage-unknown' : 'older-than-source', bound: null };
}

function causeOf(state: CoverageRow['state']): Cause {
  switch (state) {
    case 'late':
      return 'not-settled';
    case 'lost':
    case 'off':
      return 'coverage-hole';
    default:
      return 'coverage-unknown';
  }
}

function isGood({ state }: CoverageRow): boolean {
  return state === 'collected' || state === 'corroborated';
}

function isWithin(fact: CoverageRow, fromMs: number, toMs: number): boolean {
  return (fact.fromMs ?? -Infinity) <= toMs && (fact.toMs ?? Infinity) > fromMs;
}

/** Whether the rows of one source cover `[fromMs, toMs]`. */
function coversPeriod(facts: readonly CoverageRow[], fromMs: number, toMs: number): boolean {
  let reached = fromMs;
  const ordered = facts.toSorted((a, b) => (a.fromMs ?? -Infinity) - (b.fromMs ?? -Infinity));
  for (const fact of ordered) {
    if ((fact.fromMs ?? -Infinity) > reached) break;
    reached = Math.max(reached, fact.toMs ?? Infinity);
  }
  return reached > toMs;
}

function hourOf(ms: number): number {
  return Math.floor(ms / HOUR_MS) * HOUR_MS;
}
