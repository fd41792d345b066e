import { instantOfMs } from '@countersign/core';
import { z } from 'zod';
import type { ErasureRow } from '../../store/rows/entry-rows.ts';
import { type ListOperation, listResult, type Rows } from '../definition/operation.ts';
import { timeSchema } from '../definition/output-schemas.ts';
import { indexConclusion } from '../readers/readers.ts';

export const listErasures: ListOperation<object, object, Rows<ErasureRow>> = {
  name: 'ledger erasures',
  summary: 'list what was erased, when, by whom and why',
  description:
    'Lists the erasures of bodies, newest first: how many entries, their event times, the ' +
    'operator and the reason. The entries themselves stay, and their proofs verify.',
  scope: 'ledger:read',
  effect: 'read',
  kind: 'list',
  runsIn: 'caller',
  input: z.strictObject({}),
  output: z.strictObject({
    entry: z.int().min(0),
    at: timeSchema,
    by: z.string(),
    reason: z.string(),
    bodies: z.int().min(0),
    from: timeSchema.nullable(),
    to: timeSchema.nullable(),
    tenants: z.array(z.string()),
  }),
  examples: [
    {
      summary: 'What was erased, and why?',
      input: {},
      commandLine: 'ledger erasures',
      runsOn: 'sample',
    },
  ],
  async run({ readers }) {
    const { store, head } = await readers.sources();
    // Every erasure is an entry of this ledger, so an empty list is certain.
    return listResult({
      rows: store.erasures().toReversed(),
      itemOf,
      conclude: () => indexConclusion(head),
    });
  },
};

function itemOf({ index, atMs, by, reason, entries, fromMs, toMs, tenants }: ErasureRow): object {
  const timeOf = (ms: number | null): string | null =>
    (ms === null ? null : instantOfMs(ms)) ?? null;
  const times = { at: timeOf(atMs), from: timeOf(fromMs), to: timeOf(toMs) };
  return { entry: index, by, reason, bodies: entries, tenants, ...times };
}
