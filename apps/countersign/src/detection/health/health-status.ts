import { type Interval, type IntervalSet, intersect, normalize, subtract } from '@countersign/core';
import { isSpotSource, isStillComing, isUncollected } from '@countersign/coverage';
import { tenantPhrase } from '../../store/coverage/inventory-coverage.ts';
import { type Log, tellsOf } from '../../store/coverage/log-sources.ts';
import { ASKED_WITHIN_MS } from '../../store/limits.ts';
import { ANY, type CoverageRow } from '../../store/rows/entry-rows.ts';
import { LOGS, type LogName } from '../runner/required-logs.ts';

/** Whether a detector could see its subject: completely, partly or not at all. */
export type HealthStatus = {
  readonly state: 'live' | 'partial' | 'blind' | 'failed';
  /** Since when it is blind or failed; null while it sees, and if it never saw. */
  readonly sinceMs: number | null;
  /** Up to when it saw everything; null if it never did. */
  readonly untilMs: number | null;
  /** Null while it sees. */
  readonly because: string | null;
  /** Why its view may be incomplete; null if it is complete. */
  readonly incomplete: string | null;
};

/** A past period, or the present moment. */
export type HealthScope =
  | { readonly kind: 'period'; readonly fromMs: number; readonly toMs: number }
  | { readonly kind: 'now'; readonly nowMs: number };

/**
 * The health that all these logs in all these tenants give.
 *
 * A log that was never connected cannot be seen. Without any tenant nothing is seen.
 */
export function healthOf(
  logs: readonly LogName[],
  of: { readonly tenants: readonly string[]; readonly facts: readonly CoverageRow[] },
  asked: HealthScope,
): HealthStatus {
  const { tenants, facts } = of;
  if (tenants.length === 0)
    return never('no tenant has reported yet: connect one, or import its exports');
  if (logs.length === 0) return never('no collector delivers its log source');
  return joined(
    tenants.map((tenant) => {
      const own = facts.filter(
        (fact) => fact.subject === null && (fact.tenant === tenant || fact.tenant === ANY),
      );
      const health = joined(logs.map((name) => healthOfLog(LOGS[name], own, asked)));
      if (tenants.length === 1 || health.because === null) return health;
      const whose = own.find((fact) => fact.tenant === tenant) ?? { tenant };
      return { ...health, because: `in ${tenantPhrase(whose)}, ${health.because}` };
    }),
  );
}

function never(because: string): HealthStatus {
  return { ...NOTHING, state: 'blind', because };
}

const NOTHING = { sinceMs: null, untilMs: null, because: null, incomplete: null } as const;

/** All logs are needed: an unseen one leaves a gap. */
function joined(healths: readonly HealthStatus[]): HealthStatus {
  const short = healths.filter(({ state }) => state !== 'live');
  const until = healths.map(({ untilMs }) => untilMs ?? Number.NEGATIVE_INFINITY);
  const untilMs = finite(Math.min(...until));
  const incomplete = healths.find((health) => health.incomplete !== null)?.incomplete ?? null;
  if (short.length === 0) return { ...NOTHING, state: 'live', untilMs, incomplete };
  const isBlind = healths.every(({ state }) => state === 'blind');
  // Completely blind since the last log stopped; partly blind since the first did.
  const since = short.map(({ sinceMs }) => sinceMs ?? Number.NEGATIVE_INFINITY);
  const sinceMs = finite(isBlind ? Math.max(...since) : Math.min(...since));
  const because = [...new Set(short.map((health) => health.because))].slice(0, REASONS_SHOWN);
  const state = isBlind ? 'blind' : 'partial';
  return { state, sinceMs, untilMs, because: because.join('; '), incomplete };
}

const REASONS_SHOWN = 3;

function healthOfLog(log: Log, facts: readonly CoverageRow[], asked: HealthScope): HealthStatus {
  const own = facts.filter((fact) => tellsOf(log, fact) && !isUncollected(fact));
  if (own.length === 0) {
    const why = facts.find((fact) => isUncollected(fact) && tellsOf(log, fact));
    const more = why === undefined ? '' : `: ${why.source}, ${why.because}`;
    return never(`no connected source reports ${log.words}${more}`);
  }
  // A row about all sources, such as a clock step, affects each of them.
  const besides = facts.filter((fact) => fact.source === ANY && !isGood(fact));
  const good = subtract(normalize(own.filter(isGood).flatMap(spanOf)), spansOf(besides));
  const all = { log, own: [...own, ...besides], good };
  return asked.kind === 'now' ? healthNow(all, asked.nowMs) : healthWithin(all, asked);
}

type HealthInputs = {
  readonly log: Log;
  readonly own: readonly CoverageRow[];
  readonly good: IntervalSet;
};

function healthWithin({ log, own, good }: HealthInputs, { fromMs, toMs }: Times): HealthStatus {
  const period = fromMs < toMs ? [{ from: fromMs, to: toMs }] : [];
  const files = own.filter(isOfFile);
  const seen = intersect(period, normalize([...good, ...files.flatMap(spanOf)]));
  const untilMs = finite(seen.at(-1)?.to);
  const because = `${log.words}: ${becauseOf(files) ?? 'nothing was collected'}`;
  const isWhole = subtract(period, good).length === 0;
  const incomplete = isWhole || files.length === 0 ? null : because;
  // The content of a file is seen. Its completeness is a separate question.
  const isOfFiles = own.every((fact) => fact.source === ANY || isOfFile(fact));
  const [hole] = isOfFiles && seen.length > 0 ? [] : subtract(period, seen);
  if (hole === undefined) return { ...NOTHING, state: 'live', untilMs, incomplete };
  const within = own.filter((fact) => touches(fact, hole));
  // Records of unknown completeness are records, so what they show is seen.
  const isPartial = seen.length > 0 || within.some(({ state }) => state === 'unknown');
  return {
    state: isPartial ? 'partial' : 'blind',
    sinceMs: finite(hole.from),
    untilMs,
    because: `${log.words}: ${becauseOf(within) ?? 'nothing was collected'}`,
    incomplete,
  };
}

/** Whether the row is an import's statement about its own records, not a collector's. */
function isOfFile({ state, entries, source }: CoverageRow): boolean {
  return state === 'unknown' && entries === undefined && source !== ANY;
}

type Times = { readonly fromMs: number; readonly toMs: number };

/**
 * The last hours of every log are still arriving. A log that is polled repeatedly is seen up to
 * where it has settled.
 */
function healthNow({ log, own, good }: HealthInputs, nowMs: number): HealthStatus {
  const before = intersect(good, [{ from: Number.NEGATIVE_INFINITY, to: nowMs }]);
  const endMs = before.at(-1)?.to ?? Number.NEGATIVE_INFINITY;
  const untilMs = finite(endMs);
  const tail = { from: endMs, to: nowMs };
  const behind = own.filter((fact) => !isSpotSource(fact.source) && touches(fact, tail));
  const bad = behind.filter((fact) => !isGood(fact));
  const coming = bad.filter(isStillComing);
  const reached = Math.max(endMs, ...coming.map(({ toMs }) => toMs ?? nowMs));
  const rest = bad.filter((fact) => !isStillComing(fact) && (fact.fromMs ?? -Infinity) < reached);
  const isAsked = nowMs - reached <= ASKED_WITHIN_MS;
  if (endMs > Number.NEGATIVE_INFINITY && isAsked && rest.length === 0) {
    return { ...NOTHING, state: 'live', untilMs };
  }
  const isUnsure = bad.some(({ state, toMs }) => state === 'unknown' && (toMs ?? nowMs) >= nowMs);
  const ends = own.filter(({ state }) => state === 'unknown').map(({ toMs }) => toMs ?? nowMs);
  const lastMs = Math.max(endMs, ...(isUnsure ? [] : ends.filter((ms) => ms < nowMs)));
  const why = becauseOf(bad) ?? `nothing was collected since then, and ${becauseOf(own) ?? ''}`;
  return {
    state: isUnsure ? 'partial' : 'blind',
    sinceMs: finite(lastMs),
    untilMs,
    because: `${log.words}: ${why}`,
    incomplete: null,
  };
}

const WORST: readonly CoverageRow['state'][] = ['off', 'lost', 'late', 'unknown'];

function becauseOf(facts: readonly CoverageRow[]): string | undefined {
  for (const state of WORST) {
    const found = facts.findLast((fact) => fact.state === state);
    if (found !== undefined) return `${found.source} is ${state}: ${found.because}`;
  }
  return undefined;
}

function isGood({ state }: CoverageRow): boolean {
  return state === 'collected' || state === 'corroborated';
}

function touches({ fromMs, toMs }: CoverageRow, { from, to }: Interval): boolean {
  return (fromMs ?? -Infinity) < to && (toMs ?? Infinity) > from;
}

function spansOf(facts: readonly CoverageRow[]): IntervalSet {
  return normalize(facts.flatMap(spanOf));
}

function spanOf({ fromMs, toMs }: CoverageRow): Interval[] {
  const from = fromMs ?? Number.NEGATIVE_INFINITY;
  const to = toMs ?? Number.POSITIVE_INFINITY;
  return from < to ? [{ from, to }] : [];
}

function finite(ms: number | undefined): number | null {
  return ms !== undefined && Number.isFinite(ms) ? ms : null;
}
