import { z } from 'zod';
import type { Incident } from '../../detection/incidents/incident.ts';
import type { Brief } from '../../reports/brief/brief.ts';
import type { BriefInput } from '../../reports/brief/brief-input.ts';
import type { GroupOptions } from '../../reports/findings/finding-groups.ts';
import type { StoredFinding } from '../../store/sqlite/finding-table.ts';
import { reasonsOf, reasonsText, YES } from '../definition/conclusion.ts';
import { cannotTell, type OperationError } from '../definition/errors.ts';
import { field } from '../definition/fields.ts';
import type { DocumentOperation, OperationContext } from '../definition/operation.ts';
import { entriesSchema, timeSchema, watermarkSchema } from '../definition/output-schemas.ts';
import { PERIOD_FIELDS, type PeriodInput, type PeriodMs, periodOf } from '../definition/period.ts';
import { assessSince, HIGH } from '../eviction/assess-eviction.ts';
import { findIncident } from '../readers/find-incident.ts';
import { groupOptions } from '../readers/finding-options.ts';
import { askedByDefault, blindReason, healthsOfAnswer } from '../readers/health-note.ts';
import { needIndex, type Sources } from '../readers/readers.ts';

type BriefRequest = PeriodInput & { readonly incident?: string | undefined };

const sentenceSchema = z.strictObject({
  text: z.string().min(1),
  entries: entriesSchema,
  findings: z.array(z.string()),
});

export const writeBrief: DocumentOperation<BriefRequest, object, Brief> = {
  name: 'brief',
  summary: 'write one page: who got in, what they did, what is open, what to do first',
  description:
    'Prints one page about an incident, or about all findings of a period: who got in and how, ' +
    'what they did and read, what is still open, what is unknown, and what to do first. ' +
    'Each sentence cites entries of the ledger.',
  scope: 'eviction:read',
  effect: 'read',
  kind: 'document',
  runsIn: 'caller',
  input: z
    .strictObject({
      incident: field(z.string().optional(), 'id of an incident, or of one of its findings', {
        value: 'incident',
      }),
      ...PERIOD_FIELDS,
    })
    .refine(({ incident, from, to }) => incident === undefined || (from ?? to) === undefined, {
      error: 'a brief is about an incident or about a period: give one of them',
    }),
  output: z.strictObject({
    incident: z.strictObject({ id: z.string(), shortId: z.string() }).nullable(),
    period: z.strictObject({ from: timeSchema.nullable(), to: timeSchema.nullable() }),
    asOf: watermarkSchema,
    conclusion: z.string().min(1),
    severity: z.int().min(1).max(5),
    sections: z
      .array(
        z.strictObject({
          id: z.string().min(1),
          title: z.string().min(1),
          sentences: z.array(sentenceSchema),
          unknown: z.array(
            sentenceSchema.extend({ because: z.string().min(1), wouldDecide: z.string().min(1) }),
          ),
        }),
      )
      .min(1),
  }),
  examples: [
    {
      summary: 'Write one page about all findings',
      input: {},
      commandLine: 'brief',
      runsOn: 'sample',
    },
    {
      summary: 'Write one page about one incident, for a browser',
      input: { incident: 'dc026' },
      commandLine: 'brief dc026 --format html -o brief.html',
      runsOn: 'sample',
    },
  ],
  async run(context, { incident, ...period }) {
    const { buildBrief } = await import('../../reports/brief/build-brief.ts');
    const { briefItem } = await import('../../reports/brief/brief.ts');
    const sources = await context.readers.sources();
    const brief = buildBrief(await inputOf(context, sources, incident, periodOf(period)));
    return { output: briefItem(brief), view: brief, conclusion: YES };
  },
};

async function inputOf(
  context: OperationContext,
  sources: Sources,
  id: string | undefined,
  period: PeriodMs,
): Promise<BriefInput> {
  const head = await sources.examined();
  needIndex(head);
  const { tenant, clock } = context;
  const options = await groupOptions(sources, clock.now());
  const incident = id === undefined ? undefined : await findIncident(options.incidents, id);
  const findings = await openFindings(context, sources, incident, period);
  if (findings.length === 0) throw await noFinding(context, sources, period);
  const scope = {
    fromMs: Math.min(...findings.map(({ draft }) => draft.firstMs)),
    toMs: Math.max(...findings.map(({ draft }) => draft.lastMs)),
  };
  const high = findings.filter(({ draft }) => draft.severity >= HIGH);
  const { report, blind } = await assessSince(context, sources, {
    ...{ findings: high, sinceMs: scope.fromMs, tainted: [] },
  });
  return {
    incident: incident === undefined ? undefined : await titled(incident, options),
    ...{ ...scope, findings, eviction: report, blind, asOf: head.asOf },
    ...{ readable: options.readable },
    coverage: sources.store.coverageOf({ ...scope, toMs: scope.toMs + 1, tenant }, head),
  };
}

/** Findings of the incident or the period, without those that a person has explained. */
async function openFindings(
  { tenant, clock }: OperationContext,
  { store }: Sources,
  incident: Incident | undefined,
  { fromMs = -Infinity, toMs = Infinity }: PeriodMs,
): Promise<readonly StoredFinding[]> {
  const { statusOf, SUPPRESSED } = await import('../../detection/findings/finding-status.ts');
  const nowMs = clock.now();
  const known =
    incident?.findings ??
    store.findings
      .list({ tenant })
      .filter(({ draft }) => draft.lastMs >= fromMs && draft.firstMs < toMs);
  return known.filter((finding) => statusOf(finding, nowMs) < SUPPRESSED);
}

async function titled(
  incident: Incident,
  { shortIds, steps }: GroupOptions,
): Promise<NonNullable<BriefInput['incident']>> {
  const { incidentTitle } = await import('../../detection/incidents/incident-title.ts');
  const { id } = incident;
  return { id, shortId: shortIds.of(id), title: incidentTitle(incident, steps) };
}

/** Silence is not an answer: the note states what could not be seen. */
async function noFinding(
  { tenant, clock }: OperationContext,
  sources: Sources,
  period: PeriodMs,
): Promise<OperationError> {
  const { answer } = sources.store.coverageOf({ ...period, tenant }, sources.head);
  const nowMs = clock.now();
  const scope = askedByDefault(sources, tenant, nowMs);
  const { found } = await healthsOfAnswer(sources, { scope, nowMs });
  const blind = blindReason(found);
  const because = [...reasonsOf(answer), ...(blind === undefined ? [] : [blind])];
  const why = because.length === 0 ? 'no rule found anything' : reasonsText(because);
  return cannotTell(`there is no finding to report, and ${why}`);
}
