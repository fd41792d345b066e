import { COVERAGE_STATES } from '@countersign/coverage';
import { z } from 'zod';
import type { CoverageItem } from '../../reports/coverage-item.ts';
import type { CoverageRow } from '../../store/rows/entry-rows.ts';
import { firstDoubt, unknown, YES } from '../definition/conclusion.ts';
import { type ListOperation, listResult, type Rows } from '../definition/operation.ts';
import { entriesSchema, timeSchema } from '../definition/output-schemas.ts';
import { PERIOD_FIELDS, type PeriodInput, type PeriodMs, periodOf } from '../definition/period.ts';
import { indexConclusion } from '../readers/readers.ts';

const coverageItemSchema: z.ZodType<CoverageItem> = z.strictObject({
  tenant: z.string().min(1),
  source: z.string().min(1),
  workload: z.string().nullable(),
  subject: z.string().nullable(),
  from: timeSchema.nullable(),
  to: timeSchema.nullable(),
  state: z.enum(COVERAGE_STATES),
  bound: z.number().nullable(),
  because: z.string(),
  entries: entriesSchema,
});

export const listCoverage: ListOperation<PeriodInput, CoverageItem, Rows<CoverageRow>> = {
  name: 'coverage',
  summary: 'which intervals were collected, and which were not',
  description:
    'Lists how complete the records of each source and interval are. With a period, the ' +
    'intervals that overlap it.',
  scope: 'coverage:read',
  effect: 'read',
  kind: 'list',
  runsIn: 'caller',
  input: z.strictObject(PERIOD_FIELDS),
  output: coverageItemSchema,
  examples: [
    {
      summary: 'Which intervals are collected, late, lost or unknown?',
      input: {},
      commandLine: 'coverage',
      runsOn: 'sample',
    },
  ],
  async run({ readers, tenant }, input) {
    const { ANY } = await import('../../store/rows/entry-rows.ts');
    const { NOTHING_SAID } = await import('../../store/coverage/coverage-answer.ts');
    const { coverageItem } = await import('../../reports/coverage-item.ts');
    const { store, head } = await readers.sources();
    const period = periodOf(input);
    const rows = store.coverage().filter((fact) => {
      const isOfTenant = tenant === undefined || fact.tenant === ANY || fact.tenant === tenant;
      return isOfTenant && overlaps(fact, period);
    });
    const isNothing = rows.length === 0;
    const nothing = unknown(NOTHING_SAID.text);
    return listResult({
      rows,
      itemOf: coverageItem,
      conclude: () => firstDoubt(indexConclusion(head), isNothing ? nothing : YES),
    });
  },
};

function overlaps(fact: CoverageRow, { fromMs, toMs }: PeriodMs): boolean {
  const begins = fact.fromMs ?? Number.NEGATIVE_INFINITY;
  const ends = fact.toMs ?? Number.POSITIVE_INFINITY;
  return begins < (toMs ?? Number.POSITIVE_INFINITY) && ends > (fromMs ?? Number.NEGATIVE_INFINITY);
}
