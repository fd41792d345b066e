import { resolve } from 'node:path';
import { plural } from '@countersign/core';
import type { PolicyProblem, PolicyTestResult } from '@countersign/policy';
import type { Command as Parser } from 'commander';
import type { PolicyUsed } from '../../../operations/activate-policies.ts';
import { policyFolder } from '../../options/policy-folder.ts';
import {
  declareWriter,
  noProgress,
  type WriterFlags,
  whoActs,
  write,
} from '../../options/write-options.ts';
import type { BindCommand, CommandHandler } from '../../process/command-context.ts';
import { usage } from '../../process/errors.ts';
import { EXIT } from '../../process/exit-code.ts';
import type { Column } from '../../terminal/table.ts';
import { declareExport } from './policy-export.ts';
import { declareReplay } from './policy-replay.ts';

export function declarePolicy(program: Parser, bind: BindCommand): void {
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
  declareUse(policy, bind);
  policy
    .command('test')
    .summary('run the tests of policies')
    .description('Runs every *.test.yaml of a folder of policies.')
    .argument('[dir]', 'a folder of policies (default: our own)')
    .action(bind(testPolicies));
  declareReplay(policy, bind);
  declareExport(policy, bind);
}

function declareUse(policy: Parser, bind: BindCommand): void {
  const use = policy
    .command('use')
    .summary('put policies in force')
    .description(
      'Puts a folder of policies in force, with the directory and the register that are named: ' +
        'from now on they decide, and sign-ins are checked by them. All three become entries.',
    )
    .argument('[dir]', 'a folder of policies (default: our own)')
    .option('--directory <file>', 'people, groups, devices, apps and waves, as YAML')
    .option('--register <file>', 'the register of workload identities, as YAML');
  declareWriter(use).action(bind(usePolicies));
}

type UseFlags = WriterFlags & { readonly directory?: string; readonly register?: string };

const usePolicies: CommandHandler<[dir: string | undefined, flags: UseFlags]> = async (
  context,
  dir,
  flags,
) => {
  const { checkPolicies, problemText, readPolicyFolder } = await import('@countersign/policy');
  const { policyUseWork } = await import('../../../operations/activate-policies.ts');
  const { terminal, cwd } = context;
  const policies = policyFolder(context, dir);
  const { problems } = checkPolicies(readPolicyFolder(policies).source);
  if (problems.length > 0) throw usage(problems.map(problemText).join('\n'));
  const path = (file: string | undefined): string | undefined =>
    file === undefined ? undefined : resolve(cwd, file);
  const [directory, register] = [path(flags.directory), path(flags.register)];
  const used = (await write(context, {
    work: policyUseWork(whoActs(), { policies, directory, register }),
    flags,
    ledger: 'makes',
    repeatable: true,
    progressOf: noProgress,
  })) as PolicyUsed;
  if (context.json) terminal.document(used);
  else terminal.line(`policies of version ${used.version.slice(0, 16)} are in force`);
  return EXIT.done;
};

const check: CommandHandler<[dir: string | undefined]> = async (context, dir) => {
  const { checkPolicies, readPolicyFolder } = await import('@countersign/policy');
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
    const { problemText } = await import('@countersign/policy');
    for (const problem of problems) terminal.line(problemText(problem));
  } else {
    terminal.line(`${plural(policies.length, 'policy')} hold, version ${version?.slice(0, 16)}`);
  }
  return problems.length === 0 ? EXIT.done : EXIT.no;
};

function itemOf({ place, what }: PolicyProblem): object {
  return { ...place, what };
}

const testPolicies: CommandHandler<[dir: string | undefined]> = async (context, dir) => {
  const { PolicySet, readPolicyFolder, runPolicyTests } = await import('@countersign/policy');
  const { terminal } = context;
  const folder = readPolicyFolder(policyFolder(context, dir));
  const policies = PolicySet.parse(folder.source);
  const results = folder.tests.flatMap((file) => runPolicyTests(file, policies));
  const failed = results.filter(({ differences }) => differences.length > 0);
  if (context.json) await terminal.items(results.map(resultItem));
  else {
    if (failed.length > 0) await terminal.table(COLUMNS, failed);
    const silent = policies.policies.filter(
      ({ id }) => !results.some(({ outcome }) => outcome.policies.includes(id)),
    );
    terminal.line(`${plural(results.length, 'test')}, ${failed.length} failed`);
    for (const { id } of silent) terminal.line(`no test in which the policy ${id} decides`);
  }
  return failed.length === 0 && results.length > 0 ? EXIT.done : EXIT.no;
};

function resultItem({ file, line, name, outcome, differences }: PolicyTestResult): object {
  const { effect, cause, policies } = outcome;
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
