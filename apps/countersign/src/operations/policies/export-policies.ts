import type { TenantId } from '@countersign/core';
import type { ConditionalAccessPolicy, PolicyInformation } from '@countersign/policy';
import { z } from 'zod';
import { unknown, YES } from '../definition/conclusion.ts';
import { invalidInput } from '../definition/errors.ts';
import { field } from '../definition/fields.ts';
import type { OperationContext } from '../definition/operation.ts';
import { type ListOperation, listResult } from '../definition/operation.ts';
import { policyFolder } from './policy-folder.ts';

type ExportInput = {
  readonly what: 'conditional-access';
  readonly policies?: string | undefined;
  readonly directory?: string | undefined;
  readonly register?: string | undefined;
};

export const exportPolicies: ListOperation<ExportInput, ConditionalAccessPolicy> = {
  name: 'policy export',
  summary: 'export policies that only the vendor can enforce, as conditional access policies',
  description:
    'Writes the rules that no enforcement point of Countersign can enforce as report-only ' +
    'conditional access policies, ready for Graph. Each one names its policy by id and ' +
    'sentence. Emergency accounts are excluded. Exits 3 if a policy names something unknown.',
  scope: 'policies:read',
  effect: 'read',
  kind: 'list',
  runsIn: 'caller',
  input: z.strictObject({
    what: field(z.enum(['conditional-access']), 'what to write: conditional-access', {
      value: 'what',
    }),
    policies: field(
      z.string().optional(),
      'a folder of policies (default: those that come with the program)',
      {
        value: 'dir',
        isPath: true,
      },
    ),
    directory: field(
      z.string().optional(),
      'people, groups and waves, in addition to those of the ledger',
      { value: 'file', isPath: true },
    ),
    register: field(z.string().optional(), 'the register of workload identities', {
      value: 'file',
      isPath: true,
    }),
  }),
  output: z.strictObject({
    displayName: z.string().min(1),
    state: z.literal('enabledForReportingButNotEnforced'),
    // Members of Graph.
    conditions: z.looseObject({}),
    grantControls: z.looseObject({}),
  }),
  examples: [
    {
      summary: 'Write one file, ready for Graph',
      input: {
        what: 'conditional-access',
        directory: '/etc/countersign/directory.yaml',
      },
      commandLine:
        'policy export conditional-access --directory /etc/countersign/directory.yaml ' +
        '-o conditional-access.json',
      needs: 'files',
    },
  ],
  async run(context, input) {
    const { exportConditionalAccess, PolicySet, readPolicyFolder } = await import(
      '@countersign/policy'
    );
    const set = PolicySet.parse(readPolicyFolder(policyFolder(input.policies)).source);
    const { information, tenant } = await knownTo(context, input);
    const { policies, lacking } = exportConditionalAccess(set, information, tenant);
    return listResult({
      rows: policies,
      itemOf: (policy) => policy,
      conclude: () => (lacking.length > 0 ? unknown(lacking.join('; ')) : YES),
    });
  },
};

/** The tenant's data in the ledger, if there is one, and the named files. */
async function knownTo(
  { readers, clock, tenant: asked }: OperationContext,
  { directory, register }: ExportInput,
): Promise<{ readonly information: PolicyInformation; readonly tenant: TenantId }> {
  const policy = await import('@countersign/policy');
  const { PolicyInformationPoint } = await import(
    '../../enforcement/decisions/policy-information-point.ts'
  );
  const { readConfigFile } = await import('@countersign/yaml-document');
  const sources = await readers.sourcesIfAny();
  const point =
    sources === undefined
      ? undefined
      : await PolicyInformationPoint.open({ store: sources.store, reader: sources.ledger, clock });
  const information = point?.information ?? new policy.PolicyInformation();
  const tenants: TenantId[] = [];
  const readMs = clock.now();
  if (directory !== undefined) {
    const read = policy.parseDirectoryFile(readConfigFile(directory));
    const from = { file: directory, readMs };
    tenants.push(policy.loadDirectoryFile(information.directory, read, from));
  }
  if (register !== undefined) {
    const read = policy.parseRegister(readConfigFile(register));
    tenants.push(policy.loadRegister(information.directory, read, { file: register, readMs }));
  }
  const [only, ...more] = information.directory.tenants;
  const tenant = asked ?? tenants[0] ?? (more.length === 0 ? only : undefined);
  if (tenant === undefined)
    throw invalidInput('could not choose a tenant: name it with --tenant GUID');
  return { information, tenant };
}
