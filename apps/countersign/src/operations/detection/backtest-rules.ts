import { plural, type Reason } from '@countersign/core';
import { z } from 'zod';
import type { Backtest } from '../../detection/rules/backtest.ts';
import type { RuleContent } from '../../detection/rules/rule-content.ts';
import {
  type Conclusion,
  coverageConclusion,
  firstDoubt,
  reasonsText,
  unknown,
  YES,
} from '../definition/conclusion.ts';
import { invalidInput } from '../definition/errors.ts';
import { field } from '../definition/fields.ts';
import { type ListOperation, type OperationContext, wholeList } from '../definition/operation.ts';
import { PERIOD_FIELDS, type PeriodInput, type PeriodMs, periodOf } from '../definition/period.ts';
import { indexConclusion, type Sources } from '../readers/readers.ts';

type BacktestInput = PeriodInput & { readonly rule: string };

export const backtestSchema: z.ZodType = z.strictObject({
  rule: z.string(),
  title: z.string(),
  kind: z.enum(['rule', 'correlation']),
  matches: z.int(),
  days: z.array(z.strictObject({ day: z.string(), matches: z.int() })),
  entries: z.array(z.int()),
  findings: z.array(
    z.strictObject({
      title: z.string(),
      severity: z.int(),
      tenant: z.string(),
      group: z.string(),
      entries: z.array(z.int()),
    }),
  ),
  throttled: z.array(z.string()),
  records: z.int(),
  erased: z.int(),
  microsecondsPerRecord: z.number(),
});

export const backtestRules: ListOperation<BacktestInput, object, Backtest> = {
  name: 'rules backtest',
  summary: 'what would a rule have found in the ledger?',
  description:
    'Runs the rules of a file or folder over the records of a period. Shows which records ' +
    'match, how many on each day, which findings would result, and how long it takes. Writes ' +
    'nothing.',
  scope: 'findings:read',
  effect: 'read',
  kind: 'list',
  runsIn: 'caller',
  input: z.strictObject({
    rule: field(z.string().min(1), 'a file or folder of Sigma rules', { isPath: true }),
    ...PERIOD_FIELDS,
  }),
  output: backtestSchema,
  examples: [
    {
      summary: 'What would the rules of a folder have found in one week?',
      input: { rule: '/srv/rules', from: '2026-03-02T00:00:00Z', to: '2026-03-09T00:00:00Z' },
      commandLine: 'rules backtest /srv/rules --from 2026-03-02 --to 2026-03-09',
      needs: 'files',
    },
  ],
  async run(context, { rule, ...input }) {
    const { backtest } = await import('../../detection/rules/backtest.ts');
    const { readers, tenant, clock } = context;
    const content = await readRules(context, rule);
    const sources = await readers.sources();
    const period = { ...periodOf(input), tenant };
    const found = await backtest(content, sources, { ...period, clock });
    return wholeList({
      items: backtestItems(found),
      view: found,
      conclude: () => backtestConclusion(sources, period, found),
    });
  },
};

/** @throws OperationError INVALID_INPUT if no rule creates findings */
async function readRules({ notice }: OperationContext, path: string): Promise<RuleContent> {
  const { readRule } = await import('../host/load-detectors.ts');
  const { problemText } = await import('@countersign/sigma');
  const { ruleContent } = await import('../../detection/rules/rule-content.ts');
  const content = ruleContent(readRule(path));
  for (const problem of content.problems) notice(problemText(problem));
  if ([...content.sayings.values()].some(({ alerts }) => alerts)) return content;
  throw invalidInput(`there is no rule in ${path} that could be asked`);
}

export function backtestItems({ rules, records, erased, microseconds }: Backtest): object[] {
  return rules.map((of) => ({
    ...of,
    findings: of.findings.map(({ title, severity, tenant, group, entries }) => {
      return { title, severity, tenant, group, entries };
    }),
    ...{ records, erased, microsecondsPerRecord: microseconds },
  }));
}

/** "No match" is only as certain as the coverage of the period. */
export function backtestConclusion(
  { store, head }: Sources,
  asked: PeriodMs & { readonly tenant: string | undefined },
  { cut, records, erased }: Backtest,
): Conclusion {
  const isGiven = asked.fromMs !== undefined || asked.toMs !== undefined;
  const { tenant } = asked;
  const period = isGiven ? asked : { ...store.collectedPeriod(tenant), tenant };
  const { answer } = store.coverageOf(period, head);
  return firstDoubt(
    indexConclusion(head),
    cut === undefined ? YES : unknown(`${cut}: ask of a shorter time with --from and --to`),
    records === 0 ? unknown('there is no record in the period') : YES,
    erased === 0
      ? coverageConclusion(answer)
      : unknown(
          reasonsText(erasedReasons(erased, answer.kind === 'unknown' ? answer.because : [])),
        ),
  );
}

function erasedReasons(erased: number, because: readonly Reason[]): readonly Reason[] {
  const text = `${plural(erased, 'record')} of the period were erased`;
  return [{ code: 'erased', text }, ...because];
}
