import { instantOfMs, unknown } from '@countersign/core';
import { z } from 'zod';
import type { IncidentSummary } from '../../reports/findings/incident-view.ts';
import { answerConclusion, type Conclusion, firstDoubt, YES } from '../definition/conclusion.ts';
import { field } from '../definition/fields.ts';
import {
  type DocumentOperation,
  documentResult,
  type OperationContext,
} from '../definition/operation.ts';
import { PERIOD_FIELDS, type PeriodInput, periodOf } from '../definition/period.ts';
import { knownIncidents } from '../readers/find-incident.ts';
import { stepNames } from '../readers/finding-options.ts';
import { indexConclusion, type Sources } from '../readers/readers.ts';
import { accountedAnswer, clearAnswer } from './overview-answers.ts';
import { countOverview, numbersOf, type OverviewCounts } from './overview-counts.ts';
import { overviewCoverage } from './overview-coverage.ts';
import { type Overview, type OverviewIncident, overviewSchema } from './overview-item.ts';
import type { OverviewPeriod } from './overview-period.ts';
import { overviewWaiting } from './overview-waiting.ts';

const DAY_MS = 86_400_000;
const DAYS_DEFAULT = 7;
/** The lowest severity that a person should look at: medium. */
const SEVERITY_MIN = 3;
const INCIDENTS_SHOWN = 5;

type OverviewInput = PeriodInput & { readonly wait?: boolean | undefined };

export const showOverview: DocumentOperation<OverviewInput, Overview> = {
  name: 'overview',
  summary: 'is every access accounted for, is anything wrong, and what needs a person?',
  description:
    'Answers both questions for the last seven days of collected records, or for a period. Shows ' +
    'the accesses verified, the actions accounted, the residual and the delay of the feeds by ' +
    'day, what waits for a person, and the coverage of the last 24 hours.',
  scope: 'findings:read',
  effect: 'read',
  kind: 'document',
  runsIn: 'caller',
  input: z.strictObject({
    ...PERIOD_FIELDS,
    wait: field(
      z.boolean().optional(),
      'false: while a service counts for the first time, reply without the numbers',
    ),
  }),
  output: overviewSchema,
  examples: [
    {
      summary: 'What needs attention today?',
      input: {},
      commandLine: 'overview',
      runsOn: 'sample',
    },
  ],
  async run(context, input) {
    const { readers, tenant, clock } = context;
    const sources = await readers.sources();
    const { store, head } = sources;
    const nowMs = clock.now();
    const period = wholeDays(context, sources, input);
    const question = `overview ${JSON.stringify([period.fromMs, period.toMs, tenant ?? null])}`;
    const count = (): Promise<OverviewCounts> => countOverview(sources, period);
    const counts =
      input.wait === false
        ? await sources.keptIfReady(question, count)
        : await sources.kept(question, count);
    const open = await openIncidents(context, sources);
    const { ANY } = await import('../../store/rows/entry-rows.ts');
    const rows = store
      .coverage()
      .filter((row) => tenant === undefined || row.tenant === ANY || row.tenant === tenant);
    const overview: Overview = {
      asOf: readers.head?.asOf ?? head.asOf,
      period: { from: isoOf(period.fromMs), to: isoOf(period.toMs) },
      accounted: accountedAnswer(sources, counts, period),
      clear: await clearAnswer(sources, open, { ...period, nowMs }),
      incidents: open.slice(0, INCIDENTS_SHOWN).map(incidentItem),
      incidentCount: open.length,
      numbers: counts === undefined ? null : numbersOf(counts, period),
      waiting: await overviewWaiting(context, sources, open),
      coverage: overviewCoverage(rows, isRunning(store, tenant) ? nowMs : period.coveredToMs),
    };
    return documentResult(overview, firstDoubt(indexConclusion(head), conclusionOf(overview)));
  },
};

/** Whole UTC days. The default ends with the last day that the answer can cover. */
function wholeDays(
  { tenant, clock }: OperationContext,
  { store }: Sources,
  input: PeriodInput,
): OverviewPeriod & { readonly coveredToMs: number } {
  const given = periodOf(input);
  const nowMs = clock.now();
  const endMs = Math.min(given.toMs ?? store.answerablePeriod(tenant)?.toMs ?? nowMs, nowMs);
  const toMs = Math.ceil(endMs / DAY_MS) * DAY_MS;
  const fromMs = Math.floor((given.fromMs ?? toMs - DAYS_DEFAULT * DAY_MS) / DAY_MS) * DAY_MS;
  return { fromMs: Math.min(fromMs, toMs - DAY_MS), toMs, tenant, coveredToMs: endMs };
}

/** Whether collectors run, so that the present counts. */
function isRunning(store: Sources['store'], tenant: string | undefined): boolean {
  return store.collectedPeriod(tenant) !== undefined;
}

/** Incidents of at least medium severity with a finding that no person has explained. */
async function openIncidents(
  { tenant, clock }: OperationContext,
  sources: Sources,
): Promise<readonly IncidentSummary[]> {
  const { incidentSummaries, severityOf } = await import('../../reports/findings/incident-view.ts');
  const grave = (await knownIncidents(sources)).filter(
    (incident) =>
      severityOf(incident) >= SEVERITY_MIN &&
      (tenant === undefined || incident.findings.some(({ draft }) => draft.tenant === tenant)),
  );
  const options = { steps: await stepNames(sources), nowMs: clock.now() };
  return incidentSummaries(sources.store, grave, options).filter(({ open }) => open > 0);
}

function incidentItem(view: IncidentSummary): OverviewIncident {
  const { incident, title, severity, open, assignee, firstMs, lastMs } = view;
  const [first, last] = [instantOfMs(firstMs) ?? null, instantOfMs(lastMs) ?? null];
  return { incident: incident.id, title, severity, open, assignee, first, last };
}

/** A no weighs more than a doubt. */
function conclusionOf({ accounted, clear, asOf }: Overview): Conclusion {
  const both = [clear, accounted];
  const bad = both.find(({ answer }) => answer === 'no');
  if (bad !== undefined) return { kind: 'no', because: bad.because };
  const doubt = both.find(({ answer }) => answer === 'unknown');
  return doubt === undefined ? YES : answerConclusion(unknown(asOf, doubt.because));
}

function isoOf(ms: number): string {
  return new Date(ms).toISOString();
}
