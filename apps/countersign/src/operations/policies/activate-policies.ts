import { z } from 'zod';
import { invalidInput } from '../definition/errors.ts';
import { field } from '../definition/fields.ts';
import type { LedgerOperation } from '../definition/operation.ts';
import { policyFolder } from './policy-folder.ts';

type ActivateInput = {
  readonly dir?: string | undefined;
  readonly directory?: string | undefined;
  readonly register?: string | undefined;
};

export type ActivatedPolicies = { readonly version: string; readonly entries: readonly number[] };

/** From now on these policies decide. Sign-ins that could not be checked are checked by them. */
export const activatePolicies: LedgerOperation<ActivateInput, ActivatedPolicies> = {
  name: 'policy use',
  summary: 'put policies in force',
  description:
    'Puts a folder of policies in force, with the given directory and register. ' +
    'From now on, these policies decide and check sign-ins. All three become entries.',
  scope: 'policies:activate',
  effect: 'write',
  kind: 'document',
  runsIn: 'ledger',
  ledger: 'makes',
  repetition: 'repeatable',
  where: 'anywhere',
  input: z.strictObject({
    dir: field(
      z.string().optional(),
      'a folder of policies (default: those that come with the program)',
      {
        value: 'dir',
        isPath: true,
      },
    ),
    directory: field(z.string().optional(), 'people, groups, devices, apps and waves, as YAML', {
      value: 'file',
      isPath: true,
    }),
    register: field(z.string().optional(), 'the register of workload identities, as YAML', {
      value: 'file',
      isPath: true,
    }),
  }),
  output: z.strictObject({ version: z.string(), entries: z.array(z.int()) }),
  examples: [
    {
      summary: 'Put the policies that come with the program in force',
      input: {},
      commandLine: 'policy use',
      runsOn: 'sample',
    },
    {
      summary: 'Put them in force with the directory of the company',
      input: { directory: '/etc/countersign/directory.yaml' },
      commandLine: 'policy use --directory /etc/countersign/directory.yaml',
      needs: 'files',
    },
  ],
  async run(writer, input, { actor }) {
    const { checkPolicies, parseDirectoryFile, parseRegister, problemText, readPolicyFolder } =
      await import('@countersign/policy');
    const { readConfigFile } = await import('@countersign/yaml-document');
    const information = await import('../../enforcement/decisions/policy-information-point.ts');
    const { directory, register } = input;
    const { source } = readPolicyFolder(policyFolder(input.dir));
    const { problems } = checkPolicies(source);
    if (problems.length > 0) throw invalidInput(problems.map(problemText).join('\n'));
    const activated = await information.activatePolicies(writer, {
      source,
      directory:
        directory === undefined
          ? undefined
          : { file: directory, read: parseDirectoryFile(readConfigFile(directory)) },
      register:
        register === undefined
          ? undefined
          : { file: register, read: parseRegister(readConfigFile(register)) },
      by: `${actor.who}@${actor.host}`,
    });
    const { runDetection } = await import('../host/run-detection.ts');
    await runDetection(writer);
    return activated;
  },
};
