import { z } from 'zod';
import { ownPackage } from '../../config/installed-package.ts';
import type { FindingDetail } from '../../reports/findings/finding-detail.ts';
import { YES } from '../definition/conclusion.ts';
import { field } from '../definition/fields.ts';
import type { DocumentOperation } from '../definition/operation.ts';
import { entriesSchema, timeSchema } from '../definition/output-schemas.ts';
import { eventsOf, findFinding } from '../readers/find-incident.ts';
import { groupOptions, incidentIds, ruleTitles } from '../readers/finding-options.ts';
import { findingSchema, workSchema } from './finding-schema.ts';

type FindingInput = { readonly id: string };

const stringsSchema = z.array(z.string());

export const showFinding: DocumentOperation<FindingInput, object, FindingDetail> = {
  name: 'findings show',
  summary: 'explain one finding: cause, people, events, next steps',
  description:
    'Shows one finding: why it was raised, what makes it likely harmless, what to do next, ' +
    'and its people, addresses, applications and events.',
  scope: 'findings:read',
  effect: 'read',
  kind: 'document',
  runsIn: 'caller',
  input: z.strictObject({
    id: field(z.string().min(1), 'id of the finding, or the beginning of the id', { value: 'id' }),
  }),
  output: z.strictObject({
    uid: z.string().min(1),
    shortId: z.string().min(1),
    finding: findingSchema,
    assignee: z.string().nullable(),
    work: workSchema,
    why: z.string(),
    harmless: z.string().nullable(),
    next: stringsSchema,
    people: z.array(z.strictObject({ key: z.string(), name: z.string() })),
    addresses: stringsSchema,
    apps: z.array(z.strictObject({ id: z.string(), name: z.string().nullable() })),
    sessions: stringsSchema,
    events: z.array(
      z.looseObject({
        index: z.int(),
        entries: entriesSchema,
        tenant: z.string(),
        time: timeSchema.nullable(),
        erased: z.boolean(),
        classUid: z.int(),
      }),
    ),
    incident: z
      .strictObject({
        id: z.string(),
        shortId: z.string(),
        title: z.string(),
        count: z.int().min(2),
        followedBy: z.array(
          z.strictObject({ shortId: z.string(), title: z.string(), time: timeSchema }),
        ),
      })
      .nullable(),
  }),
  examples: [
    {
      summary: 'Show why a finding was raised, and what to do next',
      input: { id: '56c97' },
      commandLine: 'findings show 56c97',
      runsOn: 'sample',
    },
  ],
  async run({ readers, clock }, { id }) {
    const { findingDetail, findingItem } = await import('../../reports/findings/finding-detail.ts');
    const { findingEvent } = await import('../../detection/findings/finding-event.ts');
    const sources = await readers.sources();
    const nowMs = clock.now();
    const finding = findFinding(sources, id);
    const options = await groupOptions(sources, nowMs);
    const ruleTitle = await ruleTitles(sources);
    const events = await eventsOf(sources, finding.draft);
    const detail = findingDetail(finding, events, {
      ...{ ...options, ruleTitle },
      work: sources.store.findings.workOn([finding.uid]),
    });
    const { origin } = sources.head;
    const event = findingEvent(finding, {
      ...{ origin, nowMs, version: ownPackage().version, titleOf: ruleTitle },
      incidents: incidentIds(options.incidents),
    });
    return { output: findingItem(detail, event), view: detail, conclusion: YES };
  },
};
