import { resolve } from 'node:path';
import type { Command as Parser } from 'commander';
import type { TestOutcome } from '../../../detection/rules/rule-tests.ts';
import type { BindCommand, CommandHandler } from '../../process/command-context.ts';
import { CliError } from '../../process/errors.ts';
import { EXIT } from '../../process/exit-code.ts';
import type { Column } from '../../terminal/table.ts';
import { declareRulesBacktest } from './rules-backtest.ts';
import { declareRulesStatus } from './rules-status.ts';

export function declareRules(program: Parser, bind: BindCommand): void {
  const parser = program
    .command('rules')
    .summary('test detection rules, ask them of the past, see which are blind')
    .description('Sigma rules: those that come with the program, or those of a folder.');
  parser
    .command('test')
    .summary('run the tests that rules carry')
    .description(
      'Compiles all rules of a folder and runs the tests that they carry. Without a path: the ' +
        'rules that come with the program.',
    )
    .argument('[path]', 'a file of rules, or a folder with its pipelines in the folder pipelines')
    .action(bind(testRules));
  declareRulesBacktest(parser, bind);
  declareRulesStatus(parser, bind);
}

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

const testRules: CommandHandler<[path: string | undefined]> = async (context, path) => {
  const { readContent, readRule } = await import('../../../operations/host/load-detectors.ts');
  const { problemText } = await import('@countersign/sigma');
  const { ruleContent } = await import('../../../detection/rules/rule-content.ts');
  const { runRuleTests } = await import('../../../detection/rules/rule-tests.ts');
  const { terminal, cwd } = context;
  const files = path === undefined ? readContent() : readRule(resolve(cwd, path));
  const content = ruleContent(files);
  const outcomes = runRuleTests(content);
  const problems = content.problems.map(problemText);
  if (context.json) await terminal.items(outcomes);
  else
    await terminal.table(
      COLUMNS,
      outcomes.filter(({ passed }) => passed === 'no'),
    );
  for (const problem of problems) terminal.note(problem);
  const failed = outcomes.filter(({ passed }) => passed === 'no').length;
  const errors = content.problems.filter(({ severity }) => severity === 'error').length;
  if (outcomes.length === 0 && errors === 0) {
    throw new CliError('CANNOT_TELL', 'no rule here carries a test');
  }
  if (!context.json) {
    terminal.line(`${outcomes.length} tests: ${failed} failed, ${errors} rules with errors`);
  }
  return failed + errors === 0 ? EXIT.done : EXIT.no;
};
