import type { Watermark } from '@countersign/core';
import { z } from 'zod';
import type { Reconciliation } from '../../reconcile/actions/action-reconciler.ts';
import type { Cause } from '../../reconcile/actions/action-verdict.ts';
import type { StateReconciliation } from '../../reconcile/directory-drift/drift-reconciler.ts';
import { coverageConclusion, firstDoubt, unknown, YES } from '../definition/conclusion.ts';
import { type DocumentOperation, documentResult } from '../definition/operation.ts';
import { countsSchema, watermarkSchema } from '../definition/output-schemas.ts';
import { PERIOD_FIELDS, type PeriodInput, periodOf } from '../definition/period.ts';
import { indexConclusion } from '../readers/readers.ts';
import { coveredPeriod, openReconcilers } from './reconcilers.ts';

export type ReconciledActions = Reconciliation & {
  readonly asOf: Watermark;
  /** What the operator can do, by cause. */
  readonly cures: Readonly<Record<string, string>>;
  readonly state: StateReconciliation;
};

const STATE_SIDE = z.strictObject({
  changes: z.int(),
  matched: z.int(),
  unmatched: z.int(),
  unknown: countsSchema,
});

export const reconcileActions: DocumentOperation<PeriodInput, ReconciledActions> = {
  name: 'reconcile',
  summary: 'match each action to its authorization',
  description:
    'Matches each action to a sign-in by token, session or person, and each sign-in to its ' +
    'decision or check. An action without a match is unaccounted or unknown, with the cause. ' +
    'It also compares the directory with its audit events: permissions without an event, and ' +
    'events without an effect.',
  scope: 'events:read',
  effect: 'read',
  kind: 'document',
  runsIn: 'caller',
  input: z.strictObject(PERIOD_FIELDS),
  output: z.strictObject({
    asOf: watermarkSchema,
    actions: z.int(),
    events: countsSchema,
    accounted: z.int(),
    unaccounted: countsSchema,
    unknown: countsSchema,
    joined: z.array(
      z.strictObject({
        workload: z.string(),
        recordType: z.int().nullable(),
        actions: z.int(),
        joined: countsSchema,
      }),
    ),
    residual: z.array(z.strictObject({ day: z.string(), workload: z.string(), actions: z.int() })),
    days: z.array(
      z.strictObject({
        day: z.string(),
        accounted: z.int(),
        unaccounted: z.int(),
        unknown: z.int(),
      }),
    ),
    cures: z.record(z.string(), z.string()),
    state: z.strictObject({
      listings: z.int(),
      thereBefore: z.int(),
      state: STATE_SIDE,
      events: STATE_SIDE,
      notCollected: z.array(z.string()),
    }),
  }),
  examples: [
    {
      summary: 'Which actions of one week have an authorization?',
      input: { from: '2026-03-02T00:00:00Z', to: '2026-03-09T00:00:00Z' },
      commandLine: 'reconcile --from 2026-03-02 --to 2026-03-09',
      runsOn: 'sample',
    },
  ],
  async run(context, input) {
    const { cureOf } = await import('../../reconcile/actions/action-verdict.ts');
    const sources = await context.readers.sources();
    const period = { ...periodOf(input), tenant: context.tenant };
    await using reconcilers = await openReconcilers(sources);
    const found = await reconcilers.actions.totals(period);
    const state = await reconcilers.drift.totals(period);
    const { store, head } = sources;
    const causes = Object.keys({ ...found.unaccounted, ...found.unknown }) as Cause[];
    const cures = Object.fromEntries(causes.map((cause) => [cause, cureOf(cause) ?? '']));
    return documentResult(
      { asOf: head.asOf, ...found, cures, state },
      firstDoubt(
        indexConclusion(head),
        coverageConclusion(store.coverageOf(coveredPeriod(sources, period), head).answer),
        found.actions === 0 ? unknown('there is no action in the period') : YES,
      ),
    );
  },
};
