import type { Watermark } from '@countersign/core';
import { z } from 'zod';
import type { VerificationReport } from '../../store/reading/verification-report.ts';
import { coverageConclusion, firstDoubt } from '../definition/conclusion.ts';
import { type DocumentOperation, documentResult } from '../definition/operation.ts';
import { countsSchema, watermarkSchema } from '../definition/output-schemas.ts';
import { PERIOD_FIELDS, type PeriodInput, periodOf } from '../definition/period.ts';
import { indexConclusion } from '../readers/readers.ts';

export type VerificationCounts = Omit<VerificationReport, 'coverage'> & {
  readonly asOf: Watermark;
};

const COUNT = {
  decided: z.int(),
  checked: z.int(),
  unverified: countsSchema,
  disagreements: z.int(),
};

export const countVerified: DocumentOperation<PeriodInput, VerificationCounts> = {
  name: 'verified',
  summary: 'count the sign-ins that policy decided, checked or could not verify',
  description:
    'Counts the sign-ins of a period in three groups: decided in advance by an enforcement ' +
    'point, checked later with the same policies, or unverified, by cause. A disagreement is ' +
    'a sign-in that succeeded although the policy would deny it. Exits 3 if sign-ins may be ' +
    'missing.',
  scope: 'events:read',
  effect: 'read',
  kind: 'document',
  runsIn: 'caller',
  input: z.strictObject(PERIOD_FIELDS),
  output: z.strictObject({
    asOf: watermarkSchema,
    ...COUNT,
    days: z.array(z.strictObject({ day: z.string(), flow: z.string(), ...COUNT })),
    flows: z.record(z.string(), z.strictObject(COUNT)),
  }),
  examples: [
    {
      summary: 'How many sign-ins of one day did the policy verify?',
      input: { from: '2026-03-02T00:00:00Z', to: '2026-03-03T00:00:00Z' },
      commandLine: 'verified --from 2026-03-02 --to 2026-03-03',
      runsOn: 'sample',
    },
  ],
  async run({ readers, tenant }, input) {
    const { store, head } = await readers.sources();
    const period = { ...periodOf(input), tenant };
    const { flows, coverage, ...counts } = await store.access.verified(period, head);
    return documentResult(
      { asOf: head.asOf, ...counts, flows },
      firstDoubt(indexConclusion(head), coverageConclusion(coverage)),
    );
  },
};
