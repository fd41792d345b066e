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

/** From the strongest statement to the weakest. */
const WORTH: readonly Cause[] = [
  'no-sign-in',
  'no-sign-in-delivered',
  'coverage-unknown',
  'older-than-source',
  'coverage-hole',
  'not-settled',
  'no-sign-in-source',
];

/**
 * The worth of a log, from the rows of its sources (`own`) and rows about all sources (in `all`).
 * The best of several sources decides, unless records may still come. `seenMs`: the log's first
 * record.
 */
export function logWorth(
  own: readonly CoverageRow[],
  all: readonly CoverageRow[],
  { tenant, fromMs, toMs, seenMs }: Span & { readonly seenMs?: number | undefined },
): Absence {
  // A row about all sources, such as a clock step, is not a log.
  if (own.length === 0) return { cause: 'no-sign-in-source', bound: null };
  const ofAll = all.filter(({ source, ...fact }) => source === ANY && isOf(fact, tenant));
  const besides = ofAll.filter((fact) => isWithin(fact, fromMs, toMs) && !isGood(fact));
  const first = besides[0];
  if (first !== undefined) return { cause: causeOf(first.state), bound: null };
  const sources = [...Map.groupBy(own, ({ source }) => source).values()];
  const found = sources.map((facts) => ofSource(facts, { fromMs, toMs }, seenMs));
  const late = found.find(({ cause }) => cause === 'not-settled');
  return late ?? found.reduce((a, b) => (rank(b) < rank(a) ? b : a));
}

export function isErased(erasures: readonly ErasureRow[], { tenant, fromMs, toMs }: Span): boolean {
  return erasures.some(
    (erasure) =>
      (erasure.tenants.length === 0 || erasure.tenants.includes(tenant)) &&
      (erasure.fromMs ?? -Infinity) <= toMs &&
      (erasure.toMs ?? Infinity) >= fromMs,
  );
}

/** 4: little is left to chance. 3: a lost record would explain it. */
export function severityOf({ cause, bound }: Absence): 3 | 4 {
  return cause === 'no-sign-in' || (bound !== null && bound <= BOUND_TIGHT) ? 4 : 3;
}

export function isOf({ tenant }: { readonly tenant: string }, asked: string): boolean {
  return tenant === asked || tenant === ANY;
}

export function rank({ cause }: Absence): number {
  return WORTH.indexOf(cause);
}

function ofSource(
  facts: readonly CoverageRow[],
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
  seenMs: number | undefined,
): Absence {
  const within = facts.filter((fact) => isWithin(fact, fromMs, toMs));
  const bad = within.find((fact) => !isGood(fact) && fact.state !== 'unknown');
  if (bad !== undefined) return { cause: causeOf(bad.state), bound: null };
  // Both sides are cut to the hour.
  const starts = facts.map((fact) => hourOf(fact.fromMs ?? -Infinity));
  const isYoung = Math.min(...starts) > fromMs;
  const good = facts.filter(isGood);
  if (isTiled(good, fromMs, toMs)) {
    const used = good.filter((fact) => isWithin(fact, fromMs, toMs));
    const bound = Math.max(...used.map((fact) => fact.bound ?? 1));
    const isWhole = used.every(({ state }) => state === 'corroborated');
    return { cause: isWhole ? 'no-sign-in' : 'no-sign-in-delivered', bound };
  }
  if (isYoung) return { cause: 'older-than-source', bound: null };
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
function isTiled(facts: readonly CoverageRow[], fromMs: number, toMs: number): boolean {
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
