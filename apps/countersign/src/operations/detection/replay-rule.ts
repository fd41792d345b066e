import { z } from 'zod';
import type { Backtest } from '../../detection/rules/backtest.ts';
import { invalidInput } from '../definition/errors.ts';
import { field } from '../definition/fields.ts';
import { type ListOperation, wholeList } from '../definition/operation.ts';
import { PERIOD_FIELDS, type PeriodInput, periodOf } from '../definition/period.ts';
import { backtestConclusion, backtestItems, backtestSchema } from './backtest-rules.ts';
import { shippedRule } from './shipped-rule.ts';

type ReplayInput = PeriodInput & { readonly rule: string };

/** Records of one replay: some seconds, in which others share the thread. */
const REPLAY_RECORDS_MAX = 100_000;

export const replayRule: ListOperation<ReplayInput, object, Backtest> = {
  name: 'rules replay',
  summary: 'what would a rule of the program have found in a period?',
  description:
    'Runs one Sigma rule that comes with the program over the records of a period, as it is ' +
    'now. Shows which records match, how many on each day, and which findings would result. ' +
    `Reads at most ${REPLAY_RECORDS_MAX} records, and says if there are more. Writes nothing.`,
  scope: 'findings:read',
  effect: 'read',
  kind: 'list',
  runsIn: 'caller',
  input: z.strictObject({
    rule: field(z.string().min(1), 'the id of the rule', { value: 'rule' }),
    ...PERIOD_FIELDS,
  }),
  output: backtestSchema,
  examples: [
    {
      summary: 'What would a rule have found in one week?',
      input: {
        rule: 'c0de51a0-5160-4000-8000-000000000019',
        from: '2026-03-02T00:00:00Z',
        to: '2026-03-09T00:00:00Z',
      },
      commandLine:
        'rules replay c0de51a0-5160-4000-8000-000000000019 --from 2026-03-02 --to 2026-03-09',
      runsOn: 'sample',
    },
  ],
  async run({ readers, tenant, clock }, { rule, ...input }) {
    const { backtest } = await import('../../detection/rules/backtest.ts');
    const shipped = await shippedRule(rule);
    if (shipped === undefined) {
      throw invalidInput(`no Sigma rule of the program has the id "${rule}"`);
    }
    const sources = await readers.sources();
    const period = { ...periodOf(input), tenant };
    const options = { ...period, clock, recordsMax: REPLAY_RECORDS_MAX };
    const all = await backtest(shipped.content, sources, options);
    const found = { ...all, rules: all.rules.filter((each) => each.rule === rule) };
    return wholeList({
      items: backtestItems(found),
      view: found,
      conclude: () => backtestConclusion(sources, period, found),
    });
  },
};
