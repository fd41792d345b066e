import type { CanaryTally } from '@countersign/coverage';
import { z } from 'zod';
import { firstDoubt, unknown, YES } from '../definition/conclusion.ts';
import { type ListOperation, listResult, type Rows } from '../definition/operation.ts';
import { indexConclusion } from '../readers/readers.ts';

export const listCanaries: ListOperation<object, object, Rows<CanaryTally>> = {
  name: 'canaries',
  summary: 'which planted actions came back through which feed, and how late',
  description:
    'Lists the canaries: actions that Countersign itself performs in the tenant, so that a loss ' +
    'of records shows. Counts those that were performed and those that came back, with delays.',
  scope: 'coverage:read',
  effect: 'read',
  kind: 'list',
  runsIn: 'caller',
  input: z.strictObject({}),
  output: z.strictObject({
    tenant: z.string(),
    source: z.string(),
    workload: z.string().nullable(),
    sent: z.int().min(0),
    seen: z.int().min(0),
    delays: z
      .strictObject({ n: z.int(), p50Ms: z.number(), p99Ms: z.number(), maxMs: z.number() })
      .nullable(),
  }),
  examples: [
    {
      summary: 'Do planted actions come back, and after how long?',
      input: {},
      commandLine: 'canaries',
      needs: 'service',
    },
  ],
  async run({ readers, tenant }) {
    const { store, head } = await readers.sources();
    const all = store.canaries();
    const rows = all.filter(({ key }) => tenant === undefined || key.tenant === tenant);
    const nothing = unknown('no canary runs, so a loss of records would not show in this way');
    return listResult({
      rows,
      itemOf,
      conclude: () => firstDoubt(indexConclusion(head), rows.length === 0 ? nothing : YES),
    });
  },
};

function itemOf({ key, sent, seen, delays }: CanaryTally): object {
  const { tenant, source, workload } = key;
  const times = delays && {
    ...{ n: delays.n, p50Ms: delays.p50Ms },
    ...{ p99Ms: delays.p99Ms, maxMs: delays.maxMs },
  };
  return { tenant, source, workload, sent, seen, delays: times };
}
