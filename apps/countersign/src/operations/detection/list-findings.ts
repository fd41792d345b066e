import type { OcsfEvent } from '@countersign/ocsf';
import { z } from 'zod';
import { ownPackage } from '../../config/installed-package.ts';
import type { HealthScope } from '../../detection/health/health-status.ts';
import type { Incident } from '../../detection/incidents/incident.ts';
import type { FindingCounts, FindingGroup } from '../../reports/findings/finding-groups.ts';
import type { StoredFinding } from '../../store/sqlite/finding-table.ts';
import {
  type Conclusion,
  firstDoubt,
  listConclusion,
  reasonsOf,
  unknown,
  YES,
} from '../definition/conclusion.ts';
import { field } from '../definition/fields.ts';
import type { ListOperation, OperationContext } from '../definition/operation.ts';
import { PERIOD_FIELDS, type PeriodInput, type PeriodMs, periodOf } from '../definition/period.ts';
import { findIncident, knownIncidents } from '../readers/find-incident.ts';
import { groupOptions, incidentIds, ruleTitles } from '../readers/finding-options.ts';
import { blindReason, failureReason, healthsOfAnswer, isOfRule } from '../readers/health-note.ts';
import { indexConclusion, type Sources } from '../readers/readers.ts';
import { findingSchema } from './finding-schema.ts';

export const SEVERITIES = ['informational', 'low', 'medium', 'high', 'critical'] as const;
export type Severity = (typeof SEVERITIES)[number];

type FindingsInput = PeriodInput & {
  readonly rule?: string | undefined;
  readonly minSeverity?: Severity | undefined;
  readonly incident?: string | undefined;
};

/** Findings in the form that people read: counted, and by incident. */
export type FindingsView = {
  readonly counts: FindingCounts;
  readonly groups: readonly FindingGroup[];
};

/** A page of items needs no groups, which take longer than all items. */
type ReadFindingsView = () => Promise<FindingsView>;

export const listFindings: ListOperation<FindingsInput, OcsfEvent, ReadFindingsView> = {
  name: 'findings',
  summary: 'list what rules, detectors and reconciliation found',
  description:
    'Lists findings, grouped by incident and sorted by severity, then time. --json prints ' +
    'OCSF 1.8.0 Detection Findings. An empty list means "none" only if the records of the ' +
    'period are complete and every rule could see them. Otherwise the answer is "cannot ' +
    'tell".',
  scope: 'findings:read',
  effect: 'read',
  kind: 'list',
  runsIn: 'caller',
  input: z.strictObject({
    rule: field(
      z.string().optional(),
      'only findings of this rule: its id, or its id up to a slash',
      {
        value: 'rule',
      },
    ),
    minSeverity: field(z.enum(SEVERITIES).optional(), 'only findings of at least this severity', {
      value: 'severity',
    }),
    incident: field(
      z.string().optional(),
      'only findings of this incident: its id, or the id of one of its findings',
      { value: 'id' },
    ),
    ...PERIOD_FIELDS,
  }),
  output: findingSchema,
  examples: [
    {
      summary: 'List all findings, grouped by incident',
      input: {},
      commandLine: 'findings',
      runsOn: 'sample',
    },
    {
      summary: 'List severe findings of one day, as OCSF Detection Findings',
      input: { minSeverity: 'high', from: '2026-03-09T00:00:00Z', to: '2026-03-10T00:00:00Z' },
      commandLine: 'findings --min-severity high --from 2026-03-09 --to 2026-03-10 --json',
      runsOn: 'sample',
    },
  ],
  async run(context, input) {
    const { readers, tenant, clock } = context;
    const sources = await readers.sources();
    const head = await sources.examined();
    const period = periodOf(input);
    const nowMs = clock.now();
    const incidents = await knownIncidents(sources);
    const within = await withinIncident(incidents, input.incident);
    const severityMin = severityOf(input.minSeverity);
    const found = sources.store.findings
      .list({ severityMin, tenant })
      .filter((finding) => isAsked(finding, input.rule) && isWithin(finding, period))
      .filter(({ uid }) => within === undefined || within.has(uid));
    const { findingEvent } = await import('../../detection/findings/finding-event.ts');
    const event = {
      ...{ origin: head.origin, nowMs, version: ownPackage().version },
      titleOf: await ruleTitles(sources),
      incidents: incidentIds(incidents),
    };
    const of = { period, rule: input.rule, count: found.length, severityMin };
    let conclusion: Promise<Conclusion> | undefined;
    return {
      view: async () => {
        const { countFindings, groupFindings } = await import(
          '../../reports/findings/finding-groups.ts'
        );
        const options = await groupOptions(sources, nowMs);
        return {
          counts: countFindings(found, options.incidents),
          groups: groupFindings(found, options),
        };
      },
      async *[Symbol.asyncIterator]() {
        for (const finding of found) yield findingEvent(finding, event);
      },
      // The same for each page, because a list stays as of one moment.
      conclude: () => {
        conclusion ??= findingsConclusion(context, { ...sources, head }, of);
        return conclusion;
      },
    };
  },
};

async function withinIncident(
  incidents: readonly Incident[],
  id: string | undefined,
): Promise<ReadonlySet<string> | undefined> {
  if (id === undefined) return undefined;
  const found = await findIncident(incidents, id);
  return new Set(found.findings.map(({ uid }) => uid));
}

/** OCSF `severity_id`: 1 informational to 5 critical. */
function severityOf(asked: Severity | undefined): number {
  return asked === undefined ? 0 : SEVERITIES.indexOf(asked) + 1;
}

function isAsked({ draft }: StoredFinding, rule: string | undefined): boolean {
  return rule === undefined || isOfRule(draft.rule, rule);
}

function isWithin({ draft }: StoredFinding, { fromMs, toMs }: PeriodMs): boolean {
  return (fromMs ?? -Infinity) <= draft.lastMs && draft.firstMs < (toMs ?? Infinity);
}

/**
 * Without a period in the input, the answer covers the period in which every source was collected.
 * Other times are unknown and not part of the answer. An empty list is only
 * as certain as the view of the rules.
 */
export async function findingsConclusion(
  { clock, tenant, notice }: OperationContext,
  sources: Sources,
  of: {
    readonly period: PeriodMs;
    readonly rule: string | undefined;
    readonly count: number;
    readonly severityMin: number;
  },
): Promise<Conclusion> {
  const { store, head } = sources;
  const failed = await failureReason(sources);
  const first = firstDoubt(
    indexConclusion(head),
    failed === undefined ? YES : unknown(failed.text),
  );
  if (first.kind !== 'yes') return first;
  const { rule, count } = of;
  const isPeriodAsked = of.period.fromMs !== undefined || of.period.toMs !== undefined;
  const period: Partial<PeriodMs> = isPeriodAsked
    ? of.period
    : (store.answerablePeriod(tenant) ?? {});
  const { answer } = store.coverageOf({ ...period, tenant }, head);
  const { fromMs, toMs = clock.now() } = period;
  const scope: HealthScope =
    fromMs === undefined ? { kind: 'now', nowMs: toMs } : { kind: 'period', fromMs, toMs };
  const tenants = tenant === undefined ? undefined : [tenant];
  const { maySay } = await import('../../detection/runner/detector-profile.ts');
  const nowMs = clock.now();
  const seen = await healthsOfAnswer(sources, { scope, tenants, nowMs, rule });
  // For a requested rule, the answer states its health at any severity.
  const found = seen.found.filter(
    ({ profile }) => rule !== undefined || maySay(profile, of.severityMin),
  );
  const blind = found.length + count === 0 ? noSuchRule(rule) : blindReason(found);
  const because = [...reasonsOf(answer), ...(blind === undefined ? [] : [blind])];
  const conclusion = listConclusion({ count, because }, notice);
  if (count === 0 && conclusion.kind === 'yes') for (const { text } of seen.limits) notice(text);
  return conclusion;
}

function noSuchRule(rule: string | undefined): { readonly code: string; readonly text: string } {
  return { code: 'no-such-rule', text: `nothing looks for what "${rule}" names: see rules status` };
}
