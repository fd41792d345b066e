import type { PolicyProblem, PolicySet, PolicyTestResult } from '@countersign/policy';
import { z } from 'zod';
import { NO, YES } from '../definition/conclusion.ts';
import { field } from '../definition/fields.ts';
import {
  type DocumentOperation,
  documentResult,
  type ListOperation,
  listResult,
  type Rows,
} from '../definition/operation.ts';
import { type PolicyInput, policiesOf, policyFiles } from './policy-input.ts';

const FOLDER: z.ZodType<PolicyInput> = z.strictObject({
  dir: field(
    z.string().optional(),
    'a folder of policies (default: those that come with the program)',
    {
      value: 'dir',
      isPath: true,
    },
  ),
  files: policyFiles,
});

/** A problem with its file, line and column. */
type PlacedProblem = PolicyProblem['place'] & Pick<PolicyProblem, 'what'>;

export type CheckedPolicies = {
  readonly ok: boolean;
  readonly version: string | undefined;
  readonly policies: readonly string[];
  readonly problems: readonly PlacedProblem[];
};

export const checkPolicyFolder: DocumentOperation<PolicyInput, CheckedPolicies> = {
  name: 'policy check',
  summary: 'are these policies valid, and can enforcement points supply their inputs?',
  description:
    'Parses and validates a folder of policies, and checks that enforcement points can supply ' +
    'the inputs of each policy. It rejects a policy with an input that its enforcement point ' +
    'cannot supply, and prints its line and a fix.',
  scope: 'policies:read',
  effect: 'read',
  kind: 'document',
  runsIn: 'caller',
  input: FOLDER,
  output: z.strictObject({
    ok: z.boolean(),
    version: z.string().optional(),
    policies: z.array(z.string()),
    problems: z.array(
      z.strictObject({ file: z.string(), line: z.int(), column: z.int(), what: z.string() }),
    ),
  }),
  examples: [
    {
      summary: 'Check the policies that come with the program',
      input: {},
      commandLine: 'policy check',
      runsOn: 'sample',
    },
  ],
  async run(_, input) {
    const { checkPolicies } = await import('@countersign/policy');
    const { source } = await policiesOf(input);
    const { problems, policies, version } = checkPolicies(source);
    const ok = problems.length === 0;
    const placed = problems.map(({ place, what }) => ({ ...place, what }));
    return documentResult({ ok, version, policies, problems: placed }, ok ? YES : NO);
  },
};

export const testPolicyFolder: ListOperation<PolicyInput, object, Rows<PolicyTestResult>> = {
  name: 'policy test',
  summary: 'run the tests of policies',
  description: 'Runs every *.test.yaml of a folder of policies.',
  scope: 'policies:read',
  effect: 'read',
  kind: 'list',
  runsIn: 'caller',
  input: FOLDER,
  output: z.strictObject({
    file: z.string(),
    line: z.int(),
    name: z.string(),
    ok: z.boolean(),
    effect: z.enum(['permit', 'deny']),
    cause: z.enum(['policy', 'no-policy', 'unknown', 'error']),
    policies: z.array(z.string()),
    differences: z.array(z.string()),
  }),
  examples: [
    {
      summary: 'Test the policies that come with the program',
      input: {},
      commandLine: 'policy test',
      runsOn: 'sample',
    },
  ],
  async run({ notice }, input) {
    const { PolicySet, runPolicyTests } = await import('@countersign/policy');
    const folder = await policiesOf(input);
    const policies: PolicySet = PolicySet.parse(folder.source);
    const rows = folder.tests.flatMap((file) => runPolicyTests(file, policies));
    for (const { id } of policies.policies) {
      const isTested = rows.some(({ outcome }) => outcome.policies.includes(id));
      if (!isTested) notice(`no test in which the policy ${id} decides`);
    }
    const isPassed = rows.length > 0 && rows.every(({ differences }) => differences.length === 0);
    return listResult({ rows, itemOf: testItem, conclude: () => (isPassed ? YES : NO) });
  },
};

function testItem({ file, line, name, outcome, differences }: PolicyTestResult): object {
  const { effect, cause, policies } = outcome;
  return { file, line, name, ok: differences.length === 0, effect, cause, policies, differences };
}
