import {
  type Answer,
  type Interval,
  interval,
  normalize,
  plural,
  type Reason,
  subtract,
  unknown,
  yes,
} from '@countersign/core';
import { activitySourceOf, isSpotSource, isStillComing } from '@countersign/coverage';
import { ASKED_WITHIN_MS, REASONS_MAX } from '../limits.ts';
import type { Scope } from '../reading/current-rows.ts';
import type { LedgerHead } from '../reading/ledger-head.ts';
import type { Coverage, CoverageGap } from '../rows/completeness.ts';
import { ANY, type CoverageRow } from '../rows/entry-rows.ts';
import { tenantPhrase } from './inventory-coverage.ts';

/**
 * The period from the latest start to the earliest end of all collected sources.
 *
 * A source that is no longer polled does not end the period; it leaves a hole. If none is polled,
 * the period ends now.
 */
export function collectedPeriod(
  facts: readonly CoverageRow[],
  nowMs: number,
): { readonly fromMs: number; readonly toMs: number } | undefined {
  const known = facts.filter((fact) => isCovered(fact) || isStillComing(fact));
  const counted = known.filter(({ source }) => !isSpotSource(source));
  const sources = [...Map.groupBy(counted, ({ source, tenant }) => `${source}\n${tenant}`).values()]
    .map((of) => ({ good: of.filter(isCovered), reachedMs: endOf(of) }))
    .filter(({ good }) => good.length > 0);
  const running = sources.filter(({ reachedMs }) => nowMs - reachedMs <= ASKED_WITHIN_MS);
  const starts = sources.map(({ good }) => startOf(good));
  const ends = running.map(({ good }) => endOf(good));
  const period = {
    fromMs: Math.max(...starts),
    toMs: ends.length === 0 ? nowMs : Math.min(...ends),
  };
  return sources.length > 0 && period.fromMs < period.toMs ? period : undefined;
}

function startOf(facts: readonly CoverageRow[]): number {
  return Math.min(...facts.map(({ fromMs }) => fromMs ?? -Infinity));
}

function endOf(facts: readonly CoverageRow[]): number {
  return Math.max(...facts.map(({ toMs }) => toMs ?? Infinity));
}

/** The period that imported files span; undefined without files. */
export function arrivedPeriod(
  facts: readonly CoverageRow[],
): { readonly fromMs: number; readonly toMs: number } | undefined {
  const known = facts.filter((fact) => fact.entries === undefined && fact.source !== ANY);
  const period = { fromMs: startOf(known), toMs: endOf(known) };
  return Number.isFinite(period.fromMs) && Number.isFinite(period.toMs) ? period : undefined;
}

/** The coverage rows that overlap the period. */
export function factsWithin(
  facts: readonly CoverageRow[],
  period: Scope,
  tenants: readonly string[] | undefined,
): CoverageRow[] {
  const { fromMs = -Infinity, toMs = Infinity } = period;
  return facts.filter(
    (fact) =>
      (tenants === undefined || fact.tenant === ANY || tenants.includes(fact.tenant)) &&
      (fact.fromMs ?? -Infinity) < toMs &&
      (fact.toMs ?? Infinity) > fromMs,
  );
}

/**
 * Whether the store holds everything that happened in the period.
 *
 * Yes only if every source was collected for the whole period and nothing contradicts it. An import
 * alone proves nothing.
 */
export function coverageAnswer(
  facts: readonly CoverageRow[],
  period: Scope,
  { origin, size, asOf }: Pick<LedgerHead, 'origin' | 'size' | 'asOf'>,
): Answer {
  const because: Reason[] = [];
  // The answer excludes entries beyond the watermark. Before the first entry there is no answer.
  if (asOf.size === 0 && size > 0) {
    const text =
      `entries 0 to ${size - 1} are not yet indexed: the next writing ` +
      'command does it, or "countersign rebuild"';
    because.push({ code: 'not-yet-indexed', text });
  }
  if (facts.length === 0) because.push(NOTHING_SAID);
  const { fromMs, toMs } = period;
  const counted = facts.filter(({ source }) => !isSpotSource(source));
  const good = counted.filter(isCovered);
  for (const fact of counted) {
    if (!isCovered(fact) && !isBeside(fact, period, good)) because.push(reasonOf(fact));
  }
  if (fromMs === undefined || toMs === undefined) because.push(OPEN);
  else because.push(...gaps(good, fromMs, toMs));
  if (because.length === 0) {
    const indices = good.flatMap(({ index, entries = [index] }) => entries);
    return yes(
      asOf,
      indices.map((index) => ({ origin, index })),
    );
  }
  return unknown(asOf, shortened(because));
}

/** The answer that these rows give for a period. */
export function coverageWithin(
  facts: readonly CoverageRow[],
  period: Scope,
  ledger: LedgerHead,
): Coverage {
  const answer = coverageAnswer(facts, period, ledger);
  return { answer, facts, holes: holesOf(facts, period) };
}

/** Without a statement about coverage: what is missing, and how it gets in. */
export const NOTHING_SAID: Reason = {
  code: 'coverage-unknown',
  text:
    'no entry of the ledger states which interval its records cover: import an export ' +
    '("countersign import"), or connect a tenant',
};

const OPEN: Reason = { code: 'period-open', text: 'a period without an end cannot be complete' };

function gaps(good: readonly CoverageRow[], fromMs: number, toMs: number): Reason[] {
  // By id: two tenants may have one name.
  const bySource = Map.groupBy(good, ({ source, tenant }) => `${source} ${tenant}`);
  return [...bySource.values()].flatMap((facts) => {
    const had = normalize(
      facts.map((fact) => ({
        from: fact.fromMs ?? -Infinity,
        to: fact.toMs ?? Infinity,
      })),
    );
    const [first] = facts;
    if (first === undefined || subtract([interval(fromMs, toMs)], had).length === 0) return [];
    const what = `${first.source} of ${tenantPhrase(first)}`;
    return [{ code: 'coverage-gap', text: `${what} was not collected for the whole period` }];
  });
}

export function isCovered({ state }: CoverageRow): boolean {
  return state === 'collected' || state === 'corroborated';
}

/**
 * An import cannot prove that it is complete. Where its workload is collected, its own doubt does
 * not affect the period.
 */
function isBeside(fact: CoverageRow, period: Scope, good: readonly CoverageRow[]): boolean {
  const { tenant, workload, state, entries } = fact;
  if (state !== 'unknown' || entries !== undefined || workload === null) return false;
  const source = activitySourceOf(workload);
  const collected = good.filter(
    (each) => each.tenant === tenant && each.source === source && each.workload === null,
  );
  const asked = within(fact, period);
  return subtract(asked, normalize(collected.flatMap((each) => within(each, period)))).length === 0;
}

/** Whether the row says that nothing is known about a whole tenant. */
export function isWholeTenant({ tenant, source, state }: CoverageRow): boolean {
  return tenant !== ANY && source === ANY && state === 'unknown';
}

/** The part of the row's interval within the period. */
function within({ fromMs, toMs }: CoverageRow, period: Scope): Interval[] {
  const from = Math.max(fromMs ?? -Infinity, period.fromMs ?? -Infinity);
  const to = Math.min(toMs ?? Infinity, period.toMs ?? Infinity);
  return from < to ? [{ from, to }] : [];
}

/** The reason of a collector's row must name its source. An import's reason does so already. */
function reasonOf(fact: CoverageRow): Reason {
  const code = `coverage-${fact.state}`;
  if (fact.entries === undefined || fact.source === ANY) return { code, text: fact.because };
  return { code, text: holeText(fact) };
}

/** Renders `lost: Audit.Exchange, 2026-03-02 08:00:00 to 09:00:00: it could not be listed …`. */
function holeText({ source, workload, subject, state, because, ...fact }: CoverageRow): string {
  const of = [source, workload, subject].filter((part) => part !== null).join(', ');
  const [from, to] = [fact.fromMs, fact.toMs].map((ms) => (ms === null ? '…' : timeText(ms)));
  return `${of} is ${state} from ${from} to ${to}: ${because}`;
}

function timeText(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19).replace('T', ' ');
}

/**
 * Intervals in which data is or may be missing, clipped to the period, in order. An import's doubt
 * about its own file is not such an interval.
 */
export function holesOf(facts: readonly CoverageRow[], period: Scope): CoverageGap[] {
  return facts
    .filter((fact) => !isCovered(fact) && !isSpotSource(fact.source))
    .filter((fact) => fact.entries !== undefined || fact.tenant === ANY)
    .flatMap((fact) =>
      within(fact, period).map(({ from, to }) => ({ ...fact, fromMs: from, toMs: to })),
    )
    .sort((a, b) => a.fromMs - b.fromMs || a.toMs - b.toMs || (a.source < b.source ? -1 : 1));
}

/** Thousands of imports may give the same reason. */
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

/** Adds reasons that keep the coverage from being known. */
export function besides(coverage: Coverage, because: readonly Reason[]): Coverage {
  if (because.length === 0) return coverage;
  const { answer } = coverage;
  const reasons = answer.kind === 'unknown' ? [...because, ...answer.because] : because;
  return { ...coverage, answer: unknown(answer.asOf, reasons) };
}
