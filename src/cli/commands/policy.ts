import { join, resolve } from 'node:path';
import type { Command as Parser } from 'commander';
import type { PolicyProblem, PolicyTestResult } from '../../access/index.ts';
import { plural } from '../../core/index.ts';
import type { Bind, Command, Context } from '../context.ts';
import { EXIT } from '../exit-code.ts';
import { ownPackage } from '../own-package.ts';
import type { Column } from '../table.ts';

export function declarePolicy(program: Parser, bind: Bind): void {
  const policy = program
    .command('policy')
    .summary('check, test, use, replay and export policies')
    .description('Policies are folders of Cedar files with a schema and tests beside them.');
  policy
    .command('check')
    .summary('do these policies hold, and can each door supply what they read?')
    .description(
      'Parses and validates a folder of policies, and holds each policy against the doors that ' +
        'it is bound to: one that reads what its door cannot supply is refused, with its line ' +
        'and the cure.',
    )
    .argument('[dir]', 'a folder of policies (default: our own)')
    .action(bind(check));
  policy
    .command('test')
    .summary('run the tests of policies')
    .description('Runs every *.test.yaml of a folder of policies.')
    .argument('[dir]', 'a folder of policies (default: our own)')
    .action(bind(testPolicies));
}

/** The folder that is named, else the policies that come with the program. */
function policyFolder({ cwd }: Context, dir: string | undefined): string {
  return dir === undefined ? join(ownPackage().folder, 'content', 'policies') : resolve(cwd, dir);
}

const check: Command<[dir: string | undefined]> = async (context, dir) => {
  const { checkPolicies, readPolicyFolder } = await import('../../access/index.ts');
  const { terminal } = context;
  const { source } = readPolicyFolder(policyFolder(context, dir));
  const { problems, policies, version } = checkPolicies(source);
  if (context.json) {
    terminal.document({
      ok: problems.length === 0,
      version,
      policies,
      problems: problems.map(itemOf),
    });
  } else if (problems.length > 0) {
    const { problemText } = await import('../../access/index.ts');
    for (const problem of problems) terminal.line(problemText(problem));
  } else {
    terminal.line(`${plural(policies.length, 'policy')} hold, version ${version?.slice(0, 16)}`);
  }
  return problems.length === 0 ? EXIT.done : EXIT.no;
};

function itemOf({ place, what }: PolicyProblem): object {
  return { ...place, what };
}

const testPolicies: Command<[dir: string | undefined]> = async (context, dir) => {
  const { PolicySet, readPolicyFolder, runPolicyTests } = await import('../../access/index.ts');
  const { terminal } = context;
  const folder = readPolicyFolder(policyFolder(context, dir));
  const policies = PolicySet.parse(folder.source);
  const results = folder.tests.flatMap((file) => runPolicyTests(file, policies));
  const failed = results.filter(({ differences }) => differences.length > 0);
  if (context.json) await terminal.items(results.map(resultItem));
  else {
    if (failed.length > 0) await terminal.table(COLUMNS, failed);
    const silent = policies.policies.filter(
      ({ id }) => !results.some(({ judgement }) => judgement.policies.includes(id)),
    );
    terminal.line(`${plural(results.length, 'test')}, ${failed.length} failed`);
    for (const { id } of silent) terminal.line(`no test in which the policy ${id} decides`);
  }
  return failed.length === 0 && results.length > 0 ? EXIT.done : EXIT.no;
};

function resultItem({ file, line, name, judgement, differences }: PolicyTestResult): object {
  const { effect, cause, policies } = judgement;
  return { file, line, name, ok: differences.length === 0, effect, cause, policies, differences };
}

const COLUMNS: readonly Column<PolicyTestResult>[] = [
  { title: 'test', kind: 'text', comfortable: 30, cell: ({ name }) => name },
  {
    title: 'what is not so',
    kind: 'text',
    comfortable: 40,
    cell: ({ differences }) => differences.join('; '),
  },
  { title: 'where', kind: 'text', fold: 1, cell: ({ file, line }) => `${file}:${line}` },
];
