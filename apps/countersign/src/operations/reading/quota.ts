import { z } from 'zod';
import { unknown, YES } from '../definition/conclusion.ts';
import { type ListOperation, wholeList } from '../definition/operation.ts';
import { timeSchema } from '../definition/output-schemas.ts';
import type { CollectorState } from '../definition/service-state.ts';

const budgetSchema = z.strictObject({
  needed: z.number().min(0),
  allowed: z.number().min(0),
  backlogRequests: z.int().min(0),
  catchUpMinutes: z.number().min(0).nullable(),
  losesFrom: timeSchema.nullable(),
  state: z.enum(['keeping up', 'catching up', 'late: quota']),
});

export const listQuota: ListOperation<object, CollectorState, readonly CollectorState[]> = {
  name: 'quota',
  summary: 'do the quotas of the vendor allow what collection needs?',
  description:
    'Lists the collectors of the running service since its start: requests needed and allowed ' +
    'per minute, what is not fetched yet, and when content begins to expire unread. A collector ' +
    'whose service has no request quota has no budget. Without a running service, it cannot tell.',
  scope: 'coverage:read',
  effect: 'read',
  kind: 'list',
  runsIn: 'caller',
  input: z.strictObject({}),
  output: z.strictObject({
    collector: z.string(),
    tenant: z.string(),
    everyMs: z.int().min(0),
    polls: z.int().min(0),
    failedPolls: z.int().min(0),
    records: z.int().min(0),
    lastPollMs: z.number().nullable(),
    problem: z.string().nullable(),
    budget: budgetSchema.nullable(),
  }),
  examples: [
    {
      summary: 'Does collection keep up with the tenant?',
      input: {},
      commandLine: 'quota',
      needs: 'service',
    },
  ],
  async run({ service, tenant }) {
    const state = await service?.();
    const all = state?.collectors ?? [];
    const items = all.filter((each) => tenant === undefined || each.tenant === tenant);
    const none =
      state === undefined
        ? 'only a running service knows its requests. Ask it: countersign quota --server ADDRESS'
        : 'no collector runs for what was asked about';
    const conclude = () => (items.length === 0 ? unknown(none) : YES);
    return wholeList({ items, view: items, conclude });
  },
};
