import { instantOfMs, numberText } from '@countersign/core';
import { z } from 'zod';
import type { Replay, ReplayChange } from '../../reconcile/checks/replay-tally.ts';
import {
  type Conclusion,
  coverageConclusion,
  firstDoubt,
  unknown,
  YES,
} from '../definition/conclusion.ts';
import { field } from '../definition/fields.ts';
import type { DocumentOperation } from '../definition/operation.ts';
import { countsSchema, entriesSchema, timeSchema } from '../definition/output-schemas.ts';
import { PERIOD_FIELDS, type PeriodInput, periodOf } from '../definition/period.ts';
import { indexConclusion } from '../readers/readers.ts';
import { type PolicyFiles, policiesOf, policyFiles } from './policy-input.ts';

type ReplayInput = PeriodInput & {
  readonly policies?: string | undefined;
  readonly files?: PolicyFiles | undefined;
};

/** A replay, and the version of its policies. */
export type PolicyReplay = { readonly replay: Replay; readonly version: string };

const CHANGE = z.strictObject({
  tenant: z.string(),
  principal: z.string(),
  enforcementPoint: z.string(),
  flow: z.string().nullable(),
  count: z.int().min(1),
  first: timeSchema,
  last: timeSchema,
  policies: z.array(z.string()),
  entries: entriesSchema,
});

export const replayPolicies: DocumentOperation<ReplayInput, object, PolicyReplay> = {
  name: 'policy replay',
  summary: 'replay history under other policies: who would lose or gain access',
  description:
    'Evaluates every decision of a period, and every sign-in without a decision, under other ' +
    'policies. It shows who would lose or gain access, and which detected attacks these ' +
    'policies would have stopped. It uses the inputs of that time. If these inputs are ' +
    'unknown, the result is "cannot tell" with the cause, and the command exits 3.',
  scope: 'policies:read',
  effect: 'read',
  kind: 'document',
  runsIn: 'caller',
  input: z.strictObject({
    policies: field(
      z.string().optional(),
      'a folder of policies (default: those that come with the program)',
      {
        value: 'dir',
        isPath: true,
      },
    ),
    files: policyFiles,
    ...PERIOD_FIELDS,
  }),
  output: z.strictObject({
    period: z.strictObject({ from: timeSchema.nullable(), to: timeSchema.nullable() }),
    policies: z.string(),
    replayed: z.int(),
    same: z.int(),
    lose: z.int(),
    gain: z.int(),
    cannotTell: countsSchema,
    losing: z.array(CHANGE),
    gaining: z.array(CHANGE),
    attacks: z.array(
      z.strictObject({
        finding: z.string(),
        title: z.string(),
        severity: z.int(),
        signIns: z.int(),
        stopped: z.int(),
        letIn: z.int(),
        cannotTell: z.int(),
        answer: z.enum(['yes', 'no', 'unknown']),
      }),
    ),
  }),
  examples: [
    {
      summary: 'Who would lose access under the policies that come with the program?',
      input: {},
      commandLine: 'policy replay',
      runsOn: 'sample',
    },
  ],
  async run({ readers, tenant }, input) {
    const { PolicySet } = await import('@countersign/policy');
    const { replay } = await import('../../reconcile/checks/replay-policies.ts');
    const { ledger, store, head } = await readers.sources();
    const { source } = await policiesOf({ dir: input.policies, files: input.files });
    const policies = PolicySet.parse(source);
    const period = { ...periodOf(input), tenant };
    const found = await replay({ store, ledger }, { policies, ...period });
    const { version } = policies;
    const { coverage } = await store.access.verified(period, head);
    return {
      output: documentOf(found, input, version),
      view: { replay: found, version },
      conclusion: firstDoubt(indexConclusion(head), doubtOf(found), coverageConclusion(coverage)),
    };
  },
};

function documentOf(found: Replay, { from, to }: PeriodInput, version: string): object {
  const changes = (list: readonly ReplayChange[]): object[] =>
    list.map(({ firstMs, lastMs, ...rest }) => ({
      ...{ ...rest, first: instantOfMs(firstMs), last: instantOfMs(lastMs) },
    }));
  const { losing, gaining, ...counts } = found;
  const period = { from: from ?? null, to: to ?? null };
  const document = { period, policies: version, ...counts };
  return { ...document, losing: changes(losing), gaining: changes(gaining) };
}

function doubtOf({ cannotTell, replayed }: Replay): Conclusion {
  const causes = Object.entries(cannotTell);
  if (causes.length === 0) return YES;
  const count = causes.reduce((sum, [, each]) => sum + each, 0);
  const why = causes.map(([cause, each]) => `${cause} (${numberText(each)})`);
  return unknown(`${count} of ${replayed} cannot be replayed: ${why.join('; ')}`);
}
