import { instantOfMs } from '@countersign/core';
import { z } from 'zod';
import type { Story, StoryStep } from '../../reports/incident/story.ts';
import { PHASE_TITLES, STORY_PHASES } from '../../reports/incident/story-phase.ts';
import { YES } from '../definition/conclusion.ts';
import { field } from '../definition/fields.ts';
import type { DocumentOperation } from '../definition/operation.ts';
import {
  entriesSchema,
  reasonSchema,
  timeSchema,
  watermarkSchema,
} from '../definition/output-schemas.ts';
import { assessFromFindings } from '../eviction/assess-eviction.ts';
import { findIncident } from '../readers/find-incident.ts';
import { groupOptions } from '../readers/finding-options.ts';

type StoryRequest = { readonly id: string; readonly without?: readonly string[] | undefined };

const texts = z.array(z.string());
const confidence = z.number().nullable();

const stepSchema = z.strictObject({
  kind: z.enum(['finding', 'change']),
  text: z.string(),
  at: timeSchema.nullable(),
  until: timeSchema.nullable(),
  finding: z.string().nullable(),
  severity: z.int().nullable(),
  confidence,
  foothold: z.string().nullable(),
  nodes: texts,
  entries: entriesSchema,
});

const nodeSchema = z.strictObject({
  id: z.string(),
  kind: z.enum(['account', 'application', 'session', 'address', 'mailbox', 'site', 'other']),
  name: z.string(),
  detail: z.string().nullable(),
  since: timeSchema.nullable(),
  suspect: z.boolean(),
  because: z.array(
    z.strictObject({
      text: z.string(),
      at: timeSchema.nullable(),
      finding: z.string().nullable(),
      confidence,
      entries: entriesSchema,
    }),
  ),
  reasons: z.int(),
});

const edgeSchema = z.strictObject({
  from: z.string(),
  to: z.string(),
  kind: z.enum(['came from', 'session', 'change', 'read']),
  text: z.string(),
  at: timeSchema.nullable(),
  count: z.int().min(1),
  findings: texts,
  confidence,
  entries: entriesSchema,
});

export const showStory: DocumentOperation<StoryRequest, object, Story> = {
  name: 'findings story',
  summary: 'one incident as a story: what happened, who tainted whom, what was read',
  description:
    'Tells an incident in phases: got in, gained power, read, hid. It lists the parties that the ' +
    'intruders hold, the acts that connect them, and the mailboxes and sites that they read, ' +
    'each with its entries. For each finding, it states what changes if that is a false alarm.',
  scope: 'eviction:read',
  effect: 'read',
  kind: 'document',
  runsIn: 'caller',
  input: z.strictObject({
    id: field(z.string().min(1), 'id of an incident, or of one of its findings', { value: 'id' }),
    without: field(
      z.array(z.string()).optional(),
      'answer as if this finding were a false alarm: its id',
      { value: 'finding' },
    ),
  }),
  output: z.strictObject({
    incident: z.strictObject({ id: z.string(), shortId: z.string(), title: z.string() }),
    asOf: watermarkSchema,
    without: z.array(z.strictObject({ finding: z.string(), text: z.string() })),
    phases: z.array(
      z.strictObject({
        phase: z.enum(STORY_PHASES),
        title: z.string(),
        steps: z.array(stepSchema).min(1),
      }),
    ),
    nodes: z.array(nodeSchema),
    edges: z.array(edgeSchema),
    nodesOmitted: z.int().min(0),
    readings: z.array(
      z.strictObject({
        place: z.string(),
        node: z.string(),
        by: texts,
        items: z.int().min(0),
        more: z.boolean(),
        from: timeSchema.nullable(),
        to: timeSchema.nullable(),
        entries: entriesSchema,
      }),
    ),
    readingsMayLack: z.array(reasonSchema),
    doubts: z.array(
      z.strictObject({
        finding: z.string(),
        text: z.string(),
        confidence,
        clears: texts,
        open: z.int().min(0),
        openWithout: z.int().min(0),
      }),
    ),
    footholds: z.strictObject({ open: z.int().min(0), unknown: z.int().min(0) }),
  }),
  examples: [
    {
      summary: 'What happened in this incident?',
      input: { id: 'dc026' },
      commandLine: 'findings story dc026',
      runsOn: 'sample',
    },
    {
      summary: 'What is left of it if one finding is a false alarm?',
      input: { id: 'dc026', without: ['56c97'] },
      commandLine: 'findings story dc026 --without 56c97',
      runsOn: 'sample',
    },
  ],
  async run(context, { id, without = [] }) {
    const { buildStory } = await import('../../reports/incident/build-story.ts');
    const { incidentTitle } = await import('../../detection/incidents/incident-title.ts');
    const sources = await context.readers.sources();
    const head = await sources.examined();
    const options = await groupOptions(sources, context.clock.now());
    const incident = await findIncident(options.incidents, id);
    const of = { incident: incident.id, sinceMs: undefined, tainted: [], without };
    const assessed = await assessFromFindings(context, sources, of);
    const { findings, report, sinceMs } = assessed;
    const toMs = Math.max(...findings.map(({ draft }) => draft.lastMs)) + 1;
    const { tenant } = context;
    const story = buildStory({
      incident: {
        ...{ id: incident.id, shortId: options.shortIds.of(incident.id) },
        title: options.readable(incidentTitle(incident, options.steps)),
      },
      asOf: report.footholds[0]?.answer.asOf ?? head.asOf,
      ...{ findings, eviction: report, without: assessed.without, readable: options.readable },
      coverage: sources.store.coverageOf({ fromMs: sinceMs, toMs, tenant }, head).answer,
    });
    return { output: storyItem(story), view: story, conclusion: YES };
  },
};

function storyItem(story: Story): object {
  const { incident, asOf, without, steps, nodes, edges, readings, ...rest } = story;
  const byPhase = Map.groupBy(steps, ({ phase }) => phase);
  return {
    ...{ incident, asOf, without },
    phases: STORY_PHASES.flatMap((phase) => {
      const own = byPhase.get(phase);
      return own === undefined
        ? []
        : [{ phase, title: PHASE_TITLES[phase], steps: own.map(stepItem) }];
    }),
    nodes: nodes.map(({ sinceMs, isSuspect, because, ...node }) => ({
      ...node,
      since: timeOf(sinceMs),
      suspect: isSuspect,
      because: because.map(({ atMs, ...reason }) => ({ ...reason, at: timeOf(atMs) })),
    })),
    edges: edges.map(({ atMs, ...edge }) => ({ ...edge, at: timeOf(atMs) })),
    readings: readings.map(({ fromMs, toMs, isMore, ...reading }) => ({
      ...{ ...reading, more: isMore, from: timeOf(fromMs), to: timeOf(toMs) },
    })),
    ...rest,
  };
}

function stepItem({ phase: _, atMs, untilMs, ...step }: StoryStep): object {
  return { ...step, at: timeOf(atMs), until: timeOf(untilMs) };
}

function timeOf(ms: number): string | null {
  return instantOfMs(ms) ?? null;
}
