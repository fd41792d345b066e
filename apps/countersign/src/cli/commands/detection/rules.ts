import type { TestOutcome } from '../../../detection/rules/rule-tests.ts';
import { backtestRules } from '../../../operations/detection/backtest-rules.ts';
import { listRuleHealth } from '../../../operations/detection/list-rule-health.ts';
import { replayRule } from '../../../operations/detection/replay-rule.ts';
import { showRule } from '../../../operations/detection/show-rule.ts';
import { testRules } from '../../../operations/detection/test-rules.ts';
import { bindDocument, bindList } from '../../adapter/binding.ts';
import type { CliGroup } from '../../adapter/declare-command.ts';
import type { Column } from '../../terminal/table.ts';
import { renderBacktest } from './render-backtest.ts';
import { renderRule } from './render-rule.ts';
import { renderRuleHealth } from './render-rule-health.ts';

const test = bindList(testRules, {
  positional: ['path'],
  async render({ terminal }, { outcomes, errors }) {
    const failed = outcomes.filter(({ passed }) => passed === 'no');
    await terminal.table(COLUMNS, failed);
    if (outcomes.length + errors === 0) return;
    terminal.line(`${outcomes.length} tests: ${failed.length} failed, ${errors} rules with errors`);
  },
});

const COLUMNS: readonly Column<TestOutcome>[] = [
  { title: 'rule', kind: 'text', comfortable: 40, cell: ({ title }) => title },
  { title: 'test', kind: 'text', comfortable: 24, cell: ({ test }) => test },
  {
    title: 'passed',
    kind: 'whole',
    cell: ({ passed }) => ({ text: passed, style: passed === 'yes' ? 'yes' : 'no' }),
  },
  { title: 'because', kind: 'text', cell: ({ because }) => because ?? undefined },
];

const backtest = bindList(backtestRules, { positional: ['rule'], render: renderBacktest });
const replay = bindList(replayRule, { positional: ['rule'], render: renderBacktest });
const show = bindDocument(showRule, { positional: ['rule'], render: renderRule });
const status = bindList(listRuleHealth, { render: renderRuleHealth });

export const commands: readonly CliGroup[] = [
  {
    name: 'rules',
    summary: 'test detection rules, run them on past records, and list blind rules',
    description:
      'Commands for Sigma rules: those that come with the program, or those in a folder.',
    subcommands: [
      { name: 'test', bindings: [test] },
      { name: 'backtest', bindings: [backtest] },
      { name: 'replay', bindings: [replay] },
      { name: 'show', bindings: [show] },
      { name: 'status', bindings: [status] },
    ],
  },
];
