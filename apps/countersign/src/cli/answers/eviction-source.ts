import type { Reason } from '@countersign/core';
import type { EvictionReport } from '../../eviction/eviction-report.ts';
import type { Seed } from '../../eviction/lineage/lineage.ts';
import { incidentCalled, knownIncidents } from '../../operations/readers/find-incident.ts';
import { blindReason, healthsOfAnswer } from '../../operations/readers/health-note.ts';
import type { StoredFinding } from '../../store/sqlite/finding-table.ts';
import type { Context } from '../process/command-context.ts';
import { CliError, usage } from '../process/errors.ts';
import type { Sources } from './open-readers.ts';

export type EvictionRequest = {
  /** Undefined: the first event of the findings that it starts from. */
  readonly sinceMs: number | undefined;
  readonly incident: string | undefined;
  readonly tainted: readonly string[];
};

export type EvictionResult = {
  readonly report: EvictionReport;
  readonly findings: readonly StoredFinding[];
  readonly sinceMs: number;
  /** Rules that could not see all of the period. */
  readonly blind: readonly Reason[];
  /** What the lineage does not rest on. */
  readonly limits: readonly Reason[];
};

/** OCSF severity_id: from here on a finding says that an intruder is in. */
const HIGH = 4;

export async function askEviction(
  context: Context,
  sources: Sources,
  request: EvictionRequest,
): Promise<EvictionResult> {
  const findings = await openFindings(context, sources, request);
  const firstMs = findings.map(({ draft }) => draft.firstMs);
  if (request.sinceMs === undefined && findings.length === 0) {
    const text = 'no finding of high severity says since when they may be in: give --since TIME';
    throw new CliError('CANNOT_TELL', text);
  }
  const sinceMs = request.sinceMs ?? Math.min(...firstMs);
  return evictionOf(context, sources, { findings, sinceMs, tainted: request.tainted });
}

export async function evictionOf(
  context: Context,
  sources: Sources,
  asked: Pick<EvictionResult, 'findings' | 'sinceMs'> & { readonly tainted: readonly string[] },
): Promise<EvictionResult> {
  const { assessEviction } = await import('../../eviction/eviction-report.ts');
  const { incidentSource } = await import('../../eviction/analysis/eviction-source.ts');
  const { namedSeed } = await import('../../eviction/lineage/parse-seed.ts');
  const { store, ledger, head } = sources;
  const { findings, sinceMs, tainted } = asked;
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
    // It cannot say "out" of anything, so that naming both as reasons keeps no answer back.
    blind: [...blind, ...limits],
    nowMs: context.clock.now(),
  });
  return { report, findings, sinceMs, blind, limits };
}

/** Rules that did not see the whole period. Its unsettled end does not count. */
async function seenSince(
  { clock, tenant }: Context,
  sources: Sources,
  sinceMs: number,
): Promise<Pick<EvictionResult, 'blind' | 'limits'>> {
  const endMs = sources.store.answerablePeriod(tenant)?.toMs ?? clock.now();
  const toMs = endMs > sinceMs ? Math.min(endMs, clock.now()) : clock.now();
  const asked = { kind: 'period', fromMs: sinceMs, toMs } as const;
  const tenants = tenant === undefined ? undefined : [tenant];
  const { found, limits } = await healthsOfAnswer(sources, {
    asked,
    tenants,
    nowMs: clock.now(),
  });
  const reason = blindReason(found);
  return { blind: reason === undefined ? [] : [reason], limits };
}

/** Findings that name whose access is in question. Suppressed ones were explained by a person. */
async function openFindings(
  { clock, tenant }: Context,
  sources: Sources,
  { incident, sinceMs = -Infinity }: EvictionRequest,
): Promise<readonly StoredFinding[]> {
  const { statusOf, SUPPRESSED } = await import('../../detection/findings/finding-status.ts');
  const nowMs = clock.now();
  const isOpen = (finding: StoredFinding): boolean =>
    finding.draft.lastMs >= sinceMs && statusOf(finding, nowMs) < SUPPRESSED;
  if (incident === undefined) {
    return sources.store.findings({ severityMin: HIGH, tenant }).filter(isOpen);
  }
  const { findings } = await incidentCalled(await knownIncidents(sources), incident);
  const own = findings.filter(isOpen);
  if (own.length > 0) return own;
  throw usage(`no finding of the incident "${incident}" is open since then`);
}
