import { plural } from '@countersign/core';
import { ANY, type CoverageRow } from '../../store/rows/entry-rows.ts';
import type { StoredFinding } from '../../store/sqlite/finding-table.ts';
import type { StoreReader } from '../../store/store-reader.ts';
import { CUT_OFF } from '../detectors/windows/window-detector.ts';
import { FAILED } from '../findings/failed.ts';
import { SUPPRESSED, statusOf } from '../findings/finding-status.ts';
import { endOfItself } from '../findings/limitation-finding.ts';
import { isThrottledOf, THROTTLED } from '../rules/throttled-rule.ts';
import { type DetectorProfile, isFailureOf } from '../runner/detector-profile.ts';
import { type HealthScope, type HealthStatus, healthOf } from './health-status.ts';

const DAY_MS = 86_400_000;

/** A rule or detector, and whether it can see what it looks for. */
export type DetectorHealth = { readonly watcher: DetectorProfile; readonly sight: HealthStatus };

export type HealthsAsked = {
  readonly asked: HealthScope;
  readonly tenants?: readonly string[] | undefined;
  /** At this time a person's word on a finding may be over. */
  readonly nowMs: number;
};

/**
 * What each rule and detector can see: of the tenants that are asked for, else of all that the
 * account knows of, those included that are owned and not connected. What was there and was not
 * looked at, since there was too much of it, is not seen either, until a person says that they are
 * done with it.
 */
export function detectorHealth(
  books: StoreReader,
  watchers: readonly DetectorProfile[],
  { asked, tenants, nowMs }: HealthsAsked,
): DetectorHealth[] {
  const facts = books.coverage().map((fact) => homed(fact, books));
  const known = [...new Set(facts.map(({ tenant }) => tenant))].filter((one) => one !== ANY);
  const of = { facts, tenants: tenants === undefined ? known.sort() : tenants };
  const passedOver = passedOverIn(books, asked, nowMs);
  const failed = books.findingsOfRule(FAILED);
  // Hundreds of rules share a few sets of logs.
  const healths = new Map<string, HealthStatus>();
  return watchers.map((watcher) => {
    const key = watcher.logs.join(' ');
    const sight = healths.get(key) ?? healthOf(watcher.logs, of, asked);
    healths.set(key, sight);
    const failures = failed.filter(({ draft }) => isFailureOf(draft, watcher));
    if (failures.length > 0) return { watcher, sight: failedHealth(sight, failures) };
    const own = passedOver.filter((finding) => isAbout(finding, watcher));
    return { watcher, sight: own.length === 0 ? sight : shortOf(sight, own) };
  });
}

/** Whatever it could see: that it is silent means nothing, of no period, until it is repaired. */
function failedHealth(
  { untilMs, incomplete }: HealthStatus,
  failures: readonly StoredFinding[],
): HealthStatus {
  const [first, ...more] = failures.toSorted((a, b) => a.draft.windowMs - b.draft.windowMs);
  const { draft } = first as StoredFinding;
  const others = more.length === 0 ? '' : ` (and ${plural(more.length, 'more failure')})`;
  const because = `${draft.title}${others}`;
  return { state: 'failed', sinceMs: draft.windowMs, untilMs, because, incomplete };
}

/** Findings of the watch about itself that speak of the period. Of now, nothing is passed over. */
function passedOverIn(
  books: StoreReader,
  asked: HealthScope,
  nowMs: number,
): readonly StoredFinding[] {
  if (asked.kind === 'now') return [];
  const { fromMs, toMs } = asked;
  const isWithin = ({ draft }: StoredFinding): boolean => {
    const endMs = endOfItself(draft) ?? (draft.rule === THROTTLED ? draft.windowMs + DAY_MS : toMs);
    return draft.windowMs < toMs && endMs > fromMs;
  };
  return [THROTTLED, CUT_OFF]
    .flatMap((rule) => books.findings({ rule }))
    .filter((finding) => isWithin(finding) && statusOf(finding, nowMs) < SUPPRESSED);
}

function isAbout(
  { draft }: StoredFinding,
  { id, title, cutTitle = title }: DetectorProfile,
): boolean {
  return draft.rule === CUT_OFF ? draft.group === cutTitle : isThrottledOf(draft, id);
}

function shortOf(sight: HealthStatus, passedOver: readonly StoredFinding[]): HealthStatus {
  if (sight.state === 'blind') return sight;
  const sinceMs = Math.min(
    ...passedOver.map(({ draft: { windowMs } }) => windowMs),
    sight.sinceMs ?? Number.POSITIVE_INFINITY,
  );
  const [{ draft }] = passedOver as readonly [StoredFinding];
  const text = `it did not look at all: ${draft.title}`;
  const because = sight.because === null ? text : `${sight.because}; ${text}`;
  const untilMs = sight.untilMs === null ? null : Math.min(sight.untilMs, sinceMs);
  return { ...sight, state: 'partly', sinceMs, untilMs, because };
}

/** What states no tenant is the only tenant's, where there is one. */
function homed(fact: CoverageRow, books: StoreReader): CoverageRow {
  return fact.tenant === ANY ? fact : { ...fact, tenant: books.tenantOf(fact.tenant) };
}
