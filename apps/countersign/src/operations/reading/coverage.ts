import { COVERAGE_STATES } from '@countersign/coverage';
import { z } from 'zod';
import type { CoverageItem } from '../../reports/coverage-item.ts';
import type { CoverageRow } from '../../store/rows/entry-rows.ts';
import { firstDoubt, unknown, YES } from '../definition/conclusion.ts';
import { type ListOperation, listResult, type Rows } from '../definition/operation.ts';
import { entriesSchema, timeSchema } from '../definition/output-schemas.ts';
import { indexed } from '../readers/readers.ts';

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

export const listCoverage: ListOperation<object, CoverageItem, Rows<CoverageRow>> = {
  name: 'coverage',
  summary: 'what we have, and what we do not',
  description: 'Lists, per source and interval, what is known of the completeness of its records.',
  scope: 'coverage:read',
  effect: 'read',
  kind: 'list',
  runsIn: 'caller',
  input: z.strictObject({}),
  output: coverageItemSchema,
  examples: [
    {
      summary: 'Which intervals are collected, late, lost or unknown?',
      input: {},
      commandLine: 'coverage',
      runsOn: 'sample',
    },
  ],
  async run({ readers, tenant }) {
    const { ANY } = await import('../../store/rows/entry-rows.ts');
    const { coverageItem } = await import('../../reports/coverage-item.ts');
    const { store, head } = await readers.sources();
    const rows = store.coverage().filter((fact) => {
      return tenant === undefined || fact.tenant === ANY || fact.tenant === tenant;
    });
    const isNothing = rows.length === 0;
    const nothing = unknown('nothing in the ledger says which interval it covers');
    return listResult({
      rows,
      itemOf: coverageItem,
      conclude: () => firstDoubt(indexed(head), isNothing ? nothing : YES),
    });
  },
};
