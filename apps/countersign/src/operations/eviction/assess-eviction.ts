import type { Reason } from '@countersign/core';
import type { EvictionReport } from '../../eviction/eviction-report.ts';
import type { Seed } from '../../eviction/lineage/lineage.ts';
import type { StoredFinding } from '../../store/sqlite/finding-table.ts';
import { cannotTell, invalidInput } from '../definition/errors.ts';
import type { OperationContext } from '../definition/operation.ts';
import { findIncident, knownIncidents } from '../readers/find-incident.ts';
import { blindReason, healthsOfAnswer } from '../readers/health-note.ts';
import { resolveId } from '../readers/ids.ts';
import type { Sources } from '../readers/readers.ts';

export type EvictionRequest = {
  /** Undefined: the first event of the starting findings. */
  readonly sinceMs: number | undefined;
  readonly incident: string | undefined;
  readonly tainted: readonly string[];
  /** Findings that count as false alarms: their ids, or parts of these. */
  readonly without: readonly string[];
};

export type EvictionAssessment = {
  readonly report: EvictionReport;
  readonly findings: readonly StoredFinding[];
  readonly sinceMs: number;
  /** Rules that could not see the whole period. */
  readonly blind: readonly Reason[];
  /** Inputs that the lineage lacks. */
  readonly limits: readonly Reason[];
  /** Ids of findings that count as false alarms. */
  readonly without: readonly string[];
};

type EvictionContext = Pick<OperationContext, 'clock' | 'tenant'>;

/** OCSF severity_id: a finding of at least this severity means that an intruder is in. */
export const HIGH = 4;

/** From the open findings, and the additions of the request. */
export async function assessFromFindings(
  context: EvictionContext,
  sources: Sources,
  request: EvictionRequest,
): Promise<EvictionAssessment> {
  const findings = await openFindings(context, sources, request);
  const firstMs = findings.map(({ draft }) => draft.firstMs);
  if (request.sinceMs === undefined && findings.length === 0) {
    throw cannotTell(
      'no finding of high severity tells when the intruders came in: give --since TIME',
    );
  }
  const sinceMs = request.sinceMs ?? Math.min(...firstMs);
  const { tainted } = request;
  const without = request.without.map((text) => falseAlarm(findings, text));
  return assessSince(context, sources, { findings, sinceMs, tainted, without });
}

/** @throws OperationError INVALID_INPUT if the answer starts from no such finding */
function falseAlarm(findings: readonly StoredFinding[], text: string): string {
  const ids = findings.map(({ uid }) => uid);
  return resolveId(text, ids, { what: 'open finding of this answer', list: 'findings' });
}

/** A service keeps it, because the brief, the story and the footholds need the same one. */
export async function assessSince(
  context: EvictionContext,
  sources: Sources,
  start: EvictionStart,
): Promise<EvictionAssessment> {
  const { findings, sinceMs, tainted, without = [] } = start;
  const revisions = findings.map(({ index }) => index);
  const question = { sinceMs, tainted, without, revisions, tenant: context.tenant ?? null };
  return sources.kept(`eviction ${JSON.stringify(question)}`, () =>
    assessNow(context, sources, start),
  );
}

type EvictionStart = Pick<EvictionAssessment, 'findings' | 'sinceMs'> & {
  readonly tainted: readonly string[];
  /** Ids of findings whose records count as harmless. */
  readonly without?: readonly string[];
};

async function assessNow(
  context: EvictionContext,
  sources: Sources,
  start: EvictionStart,
): Promise<EvictionAssessment> {
  const { assessEviction } = await import('../../eviction/eviction-report.ts');
  const { incidentSource } = await import('../../eviction/analysis/eviction-source.ts');
  const { namedSeed } = await import('../../eviction/lineage/parse-seed.ts');
  const { store, ledger, head } = sources;
  const { findings, sinceMs, tainted, without = [] } = start;
  const period = { fromMs: sinceMs };
  const inventory = store.inventory()?.tenants ?? [];
  const { blind, limits } = await seenSince(context, sources, sinceMs);
  const report = await assessEviction({
    source: incidentSource(store, ledger),
    asOf: head.asOf,
    period,
    findings,
    seeds: tainted.map((text): Seed => namedSeed(text, sinceMs)),
    coverage: store.coverageOf({ ...period, tenant: context.tenant }, head).facts,
    connected: new Set(
      inventory.filter(({ state }) => state === 'connected').map(({ tenant }) => tenant),
    ),
    unconnected: inventory.filter(({ state }) => state !== 'connected').map(({ name }) => name),
    // It never answers "out", so naming both reasons delays no answer.
    blind: [...blind, ...limits],
    nowMs: context.clock.now(),
    without,
  });
  return { report, findings, sinceMs, blind, limits, without };
}

/** Rules that did not see the whole period. Its unsettled end does not count. */
async function seenSince(
  { clock, tenant }: EvictionContext,
  sources: Sources,
  sinceMs: number,
): Promise<Pick<EvictionAssessment, 'blind' | 'limits'>> {
  const endMs = sources.store.answerablePeriod(tenant)?.toMs ?? clock.now();
  const toMs = endMs > sinceMs ? Math.min(endMs, clock.now()) : clock.now();
  const scope = { kind: 'period', fromMs: sinceMs, toMs } as const;
  const tenants = tenant === undefined ? undefined : [tenant];
  const { found, limits } = await healthsOfAnswer(sources, {
    scope,
    tenants,
    nowMs: clock.now(),
  });
  const reason = blindReason(found);
  return { blind: reason === undefined ? [] : [reason], limits };
}

/** Findings that name the suspects. A person has explained the suppressed ones. */
async function openFindings(
  { clock, tenant }: EvictionContext,
  sources: Sources,
  { incident, sinceMs = -Infinity }: EvictionRequest,
): Promise<readonly StoredFinding[]> {
  const { statusOf, SUPPRESSED } = await import('../../detection/findings/finding-status.ts');
  const nowMs = clock.now();
  const isOpen = (finding: StoredFinding): boolean =>
    finding.draft.lastMs >= sinceMs && statusOf(finding, nowMs) < SUPPRESSED;
  if (incident === undefined) {
    return sources.store.findings.list({ severityMin: HIGH, tenant }).filter(isOpen);
  }
  const { findings } = await findIncident(await knownIncidents(sources), incident);
  const own = findings.filter(isOpen);
  if (own.length > 0) return own;
  throw invalidInput(`no finding of the incident "${incident}" has been open since then`);
}
