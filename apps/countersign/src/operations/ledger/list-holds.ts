import { z } from 'zod';
import type { ActiveHold } from '../../ingest/erasure/legal-holds.ts';
import { type ListOperation, listResult } from '../definition/operation.ts';
import { indexConclusion } from '../readers/readers.ts';

export const listHolds: ListOperation<object, ActiveHold> = {
  name: 'ledger hold list',
  summary: 'list the active holds',
  description: 'Lists the active holds, each with its case and its scope.',
  scope: 'ledger:read',
  effect: 'read',
  kind: 'list',
  runsIn: 'caller',
  input: z.strictObject({}),
  output: z.strictObject({
    index: z.int(),
    case: z.string(),
    by: z.string(),
    scope: z.strictObject({
      names: z.array(z.string()),
      source: z.string().nullable(),
      tenant: z.string().nullable(),
      import: z.int().nullable(),
      fromMs: z.int().nullable(),
      toMs: z.int().nullable(),
    }),
  }),
  examples: [
    {
      summary: 'Which cases keep records from being erased?',
      input: {},
      commandLine: 'ledger hold --list',
      runsOn: 'sample',
    },
  ],
  async run({ readers }) {
    const { activeHolds } = await import('../../ingest/erasure/legal-holds.ts');
    const { store, ledger, head } = await readers.sources();
    // Every hold is an entry of this ledger, so an empty list is certain.
    return listResult({
      rows: await activeHolds({ store, reader: ledger }),
      itemOf: (hold) => hold,
      conclude: () => indexConclusion(head),
    });
  },
};
