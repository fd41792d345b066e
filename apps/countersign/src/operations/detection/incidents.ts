import { plural } from '@countersign/core';
import { z } from 'zod';
import type { Incident } from '../../detection/incidents/incident.ts';
import type { IncidentView } from '../../reports/findings/incident-view.ts';
import { YES } from '../definition/conclusion.ts';
import { field } from '../definition/fields.ts';
import {
  type DocumentOperation,
  type ListOperation,
  listResult,
  type OperationContext,
  type Rows,
} from '../definition/operation.ts';
import { entriesSchema, timeSchema } from '../definition/output-schemas.ts';
import { periodOf } from '../definition/period.ts';
import { findIncident, knownIncidents } from '../readers/find-incident.ts';
import { stepNames } from '../readers/finding-options.ts';
import { workSchema } from './finding-schema.ts';
import { findingsConclusion, SEVERITIES, type Severity } from './list-findings.ts';

type IncidentsInput = { readonly minSeverity: Severity };

const texts = z.array(z.string());

const incidentSchema = z.strictObject({
  incident: z.string().min(1),
  title: z.string().min(1),
  severity_id: z.int().min(1).max(5),
  status: z.enum(['new', 'in progress', 'suppressed', 'resolved']),
  assignee: z.string().nullable(),
  open: z.int().min(0),
  first: timeSchema.nullable(),
  last: timeSchema.nullable(),
  findings: texts.min(1),
  ties: z.array(
    z.strictObject({
      findings: z.tuple([z.string(), z.string()]),
      by: z.strictObject({ kind: z.string(), id: z.string(), name: z.string() }),
      entries: entriesSchema,
    }),
  ),
  principals: texts,
  sessions: texts,
  apps: texts,
  addresses: texts,
  techniques: texts,
  work: workSchema,
});

const DESCRIPTION =
  'Groups findings that share an entry, a session, an application, an address or a person within ' +
  'a limited time. Identifiers that many people share, and actions of administrators, do not ' +
  'connect findings. With an id, it lists the findings of one incident and what connects them.';

export const listIncidents: ListOperation<IncidentsInput, object, Rows<IncidentView>> = {
  name: 'findings incidents',
  summary: 'group findings into incidents, and show what connects them',
  description: DESCRIPTION,
  scope: 'findings:read',
  effect: 'read',
  kind: 'list',
  runsIn: 'caller',
  input: z.strictObject({
    minSeverity: field(
      z.enum(SEVERITIES).default('medium'),
      'only incidents of at least this severity',
      { value: 'severity' },
    ),
  }),
  output: incidentSchema,
  examples: [
    {
      summary: 'Which findings belong to the same attack?',
      input: {},
      commandLine: 'findings incidents',
      runsOn: 'sample',
    },
  ],
  async run(context, { minSeverity }) {
    const { severityOf, incidentItem } = await import('../../reports/findings/incident-view.ts');
    const { readers, tenant, notice } = context;
    const sources = await readers.sources();
    const head = await sources.examined();
    const all = await knownIncidents(sources);
    const own = all.filter(
      ({ findings }) => tenant === undefined || findings.some((one) => one.draft.tenant === tenant),
    );
    const least = SEVERITIES.indexOf(minSeverity) + 1;
    const listed = own.filter((incident) => severityOf(incident) >= least);
    if (listed.length < own.length) {
      const left = plural(own.length - listed.length, 'incident');
      notice(`${left} of lower severity: --min-severity informational lists all`);
    }
    return listResult({
      rows: await viewsOf(context, listed),
      itemOf: incidentItem,
      conclude: () =>
        findingsConclusion(
          context,
          { ...sources, head },
          { period: periodOf({}), rule: undefined, count: listed.length, severityMin: least },
        ),
    });
  },
};

export const showIncident: DocumentOperation<{ readonly id: string }, object, IncidentView> = {
  name: 'findings incident',
  summary: 'the findings of one incident, and what connects them',
  description: DESCRIPTION,
  scope: 'findings:read',
  effect: 'read',
  kind: 'document',
  runsIn: 'caller',
  input: z.strictObject({
    id: field(z.string().min(1), 'id of an incident, or of one of its findings', { value: 'id' }),
  }),
  output: incidentSchema,
  examples: [
    {
      summary: 'Why do these findings belong to one attack?',
      input: { id: 'dc026' },
      commandLine: 'findings incidents dc026',
      runsOn: 'sample',
    },
  ],
  async run(context, { id }) {
    const { incidentItem } = await import('../../reports/findings/incident-view.ts');
    const sources = await context.readers.sources();
    await sources.examined();
    const incident = await findIncident(await knownIncidents(sources), id);
    const [view] = (await viewsOf(context, [incident])) as [IncidentView];
    return { output: incidentItem(view), view, conclusion: YES };
  },
};

async function viewsOf(
  { readers, clock }: OperationContext,
  incidents: readonly Incident[],
): Promise<IncidentView[]> {
  const { incidentViews } = await import('../../reports/findings/incident-view.ts');
  const sources = await readers.sources();
  const options = { steps: await stepNames(sources), nowMs: clock.now() };
  return incidentViews(sources.store, incidents, options);
}
