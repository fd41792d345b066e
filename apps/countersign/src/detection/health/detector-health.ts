import { plural } from '@countersign/core';
import { ANY, type CoverageRow } from '../../store/rows/entry-rows.ts';
import type { StoredFinding } from '../../store/sqlite/finding-table.ts';
import type { StoreReader } from '../../store/store-reader.ts';
import { CUT_OFF } from '../detectors/windows/window-detector.ts';
import { FAILED } from '../findings/failure.ts';
import { SUPPRESSED, statusOf } from '../findings/finding-status.ts';
import { endOfItself } from '../findings/limitation-finding.ts';
import { isThrottledOf, THROTTLED } from '../rules/throttled-rule.ts';
import { type DetectorProfile, isFailureOf } from '../runner/detector-profile.ts';
import { type HealthScope, type HealthStatus, healthOf } from './health-status.ts';

const DAY_MS = 86_400_000;

/** A rule or detector, and its health. */
export type DetectorHealth = { readonly profile: DetectorProfile; readonly health: HealthStatus };

export type HealthQuery = {
  readonly scope: HealthScope;
  readonly tenants?: readonly string[] | undefined;
  /** A person's mark on a finding may have expired at this time. */
  readonly nowMs: number;
};

/**
 * The health of each rule and detector, for the requested tenants or else all known ones, owned but
 * unconnected tenants included.
 *
 * Records that were skipped because of a limit count as unseen until a person resolves the finding
 * about them.
 */
export function detectorHealth(
  store: StoreReader,
  profiles: readonly DetectorProfile[],
  { scope, tenants, nowMs }: HealthQuery,
): DetectorHealth[] {
  const facts = store.coverage().map((fact) => homed(fact, store));
  const known = [...new Set(facts.map(({ tenant }) => tenant))].filter((one) => one !== ANY);
  const of = { facts, tenants: tenants === undefined ? known.sort() : tenants };
  const passedOver = passedOverIn(store, scope, nowMs);
  const failed = store.findings.openOfRule(FAILED);
  // Hundreds of rules share a few sets of logs.
  const healths = new Map<string, HealthStatus>();
  return profiles.map((profile) => {
    const key = profile.logs.join(' ');
    const health = healths.get(key) ?? healthOf(profile.logs, of, scope);
    healths.set(key, health);
    const failures = failed.filter(({ draft }) => isFailureOf(draft, profile));
    if (failures.length > 0) return { profile, health: failedHealth(health, failures) };
    const own = passedOver.filter((finding) => isAbout(finding, profile));
    return { profile, health: own.length === 0 ? health : shortOf(health, own) };
  });
}

/** A failed detector's silence means nothing for any period until it is repaired. */
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

/**
 * Findings about unexamined data that overlap the period. For the present moment there are none.
 */
function passedOverIn(
  store: StoreReader,
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
    .flatMap((rule) => store.findings.ofRule(rule))
    .filter((finding) => isWithin(finding) && statusOf(finding, nowMs) < SUPPRESSED);
}

function isAbout({ draft }: StoredFinding, { id, unit = id }: DetectorProfile): boolean {
  return draft.rule === CUT_OFF ? draft.group === unit : isThrottledOf(draft, id);
}

function shortOf(health: HealthStatus, passedOver: readonly StoredFinding[]): HealthStatus {
  if (health.state === 'blind') return health;
  const sinceMs = Math.min(
    ...passedOver.map(({ draft: { windowMs } }) => windowMs),
    health.sinceMs ?? Number.POSITIVE_INFINITY,
  );
  const [{ draft }] = passedOver as readonly [StoredFinding];
  const text = `it did not examine everything: ${draft.title}`;
  const because = health.because === null ? text : `${health.because}; ${text}`;
  const untilMs = health.untilMs === null ? null : Math.min(health.untilMs, sinceMs);
  return { ...health, state: 'partial', sinceMs, untilMs, because };
}

/** A record without a tenant belongs to the only tenant, if there is one. */
function homed(fact: CoverageRow, store: StoreReader): CoverageRow {
  return fact.tenant === ANY ? fact : { ...fact, tenant: store.tenantOf(fact.tenant) };
}
