import { z } from 'zod';
import type { TestOutcome } from '../../detection/rules/rule-tests.ts';
import { NO, unknown, YES } from '../definition/conclusion.ts';
import { field } from '../definition/fields.ts';
import { type ListOperation, wholeList } from '../definition/operation.ts';

export type RuleTestView = {
  readonly outcomes: readonly TestOutcome[];
  /** Rules that do not compile. */
  readonly errors: number;
};

type TestRulesInput = { readonly path?: string | undefined };

export const testRules: ListOperation<TestRulesInput, TestOutcome, RuleTestView> = {
  name: 'rules test',
  summary: 'run the tests of rules',
  description:
    'Compiles all rules of a folder and runs their tests. Without a path, it tests the rules ' +
    'that come with the program.',
  scope: 'findings:read',
  effect: 'read',
  kind: 'list',
  runsIn: 'caller',
  input: z.strictObject({
    path: field(
      z.string().min(1).optional(),
      'a file of rules, or a folder with its pipelines in the folder pipelines',
      { isPath: true },
    ),
  }),
  output: z.strictObject({
    rule: z.string(),
    title: z.string(),
    test: z.string(),
    passed: z.enum(['yes', 'no']),
    because: z.string().nullable(),
  }),
  examples: [
    {
      summary: 'Test the rules that come with the program',
      input: {},
      commandLine: 'rules test',
      runsOn: 'sample',
    },
    {
      summary: 'Test your own rules',
      input: { path: '/srv/rules' },
      commandLine: 'rules test /srv/rules',
      needs: 'files',
    },
  ],
  async run({ notice }, { path }) {
    const { readContent, readRule } = await import('../host/load-detectors.ts');
    const { problemText } = await import('@countersign/sigma');
    const { ruleContent } = await import('../../detection/rules/rule-content.ts');
    const { runRuleTests } = await import('../../detection/rules/rule-tests.ts');
    const content = ruleContent(path === undefined ? readContent() : readRule(path));
    for (const problem of content.problems) notice(problemText(problem));
    const outcomes = runRuleTests(content);
    const errors = content.problems.filter(({ severity }) => severity === 'error').length;
    const isPassed = errors === 0 && outcomes.every(({ passed }) => passed === 'yes');
    const isEmpty = outcomes.length + errors === 0;
    return wholeList({
      items: outcomes,
      view: { outcomes, errors },
      conclude: () => {
        if (isEmpty) return unknown('no rule here carries a test');
        return isPassed ? YES : NO;
      },
    });
  },
};
