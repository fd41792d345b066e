import { resolve } from 'node:path';
import type { TenantId } from '@countersign/core';
import type { ConditionalAccessPolicy } from '@countersign/policy';
import type { Command as Parser } from 'commander';
import { askStoreIfAny } from '../../answers/open-readers.ts';
import { oneOf } from '../../options/parse-options.ts';
import { policyFolder } from '../../options/policy-folder.ts';
import type { BindCommand, CommandHandler, Context } from '../../process/command-context.ts';
import { CliError, usage } from '../../process/errors.ts';
import { EXIT } from '../../process/exit-code.ts';
import {
  checkOutput,
  type OutputFlags,
  OVERWRITE,
  writeOutput,
} from '../../process/output-file.ts';

type ExportFlags = OutputFlags & {
  readonly policies?: string;
  readonly directory?: string;
  readonly register?: string;
};

export function declareExport(policy: Parser, bind: BindCommand): void {
  policy
    .command('export')
    .summary('what only the vendor can decide, as policies of its own')
    .description(
      'Writes out, as report-only conditional access policies, what policies want and no door ' +
        'of ours can see: ready to be posted to Graph, each with the id and the sentence of its ' +
        'policy. Accounts for emergencies are excluded. Exits 3 where something that a policy ' +
        'names is not known.',
    )
    .argument('<what>', 'what to write: conditional-access', oneOf(['conditional-access']))
    .option('--policies <dir>', 'a folder of policies (default: our own)')
    .option('--directory <file>', 'people, groups and waves, beside what the ledger has')
    .option('--register <file>', 'the register of workload identities')
    .option('-o, --output <file>', 'write them to this file, as one JSON list')
    .option(...OVERWRITE)
    .action(bind(exportPolicies));
}

const exportPolicies: CommandHandler<[what: string, flags: ExportFlags]> = async (
  context,
  _,
  flags,
) => {
  checkOutput(context, flags);
  const { exportConditionalAccess, PolicySet, readPolicyFolder } = await import(
    '@countersign/policy'
  );
  const set = PolicySet.parse(readPolicyFolder(policyFolder(context, flags.policies)).source);
  const { information, tenant } = await knownTo(context, flags);
  const { policies, lacking } = exportConditionalAccess(set, information, tenant);
  await print(context, policies, flags);
  if (lacking.length > 0) throw new CliError('CANNOT_TELL', lacking.join('; '));
  return EXIT.done;
};

async function print(
  context: Context,
  policies: readonly ConditionalAccessPolicy[],
  flags: OutputFlags,
): Promise<void> {
  if (flags.output === undefined && context.json) await context.terminal.items(policies);
  else await writeOutput(context, flags, [`${JSON.stringify(policies, null, 2)}\n`]);
}

/** What the ledger has of the tenant, where there is one, and the files that are named. */
async function knownTo(context: Context, { directory, register }: ExportFlags) {
  const { PolicyInformation, loadDirectoryFile, loadRegister, parseDirectoryFile, parseRegister } =
    await import('@countersign/policy');
  const { PolicyInformationPoint } = await import(
    '../../../enforcement/decisions/policy-information-point.ts'
  );
  const { readConfigFile } = await import('@countersign/yaml-document');
  const { cwd, clock } = context;
  const feed = await askStoreIfAny(context, ({ store, ledger }) =>
    PolicyInformationPoint.open({ store, reader: ledger, clock }),
  );
  const policyInformation = feed?.information ?? new PolicyInformation();
  const tenants: TenantId[] = [];
  const readMs = clock.now();
  if (directory !== undefined) {
    const file = resolve(cwd, directory);
    const read = parseDirectoryFile(readConfigFile(file));
    tenants.push(loadDirectoryFile(policyInformation.directory, read, { file, readMs }));
  }
  if (register !== undefined) {
    const file = resolve(cwd, register);
    const read = parseRegister(readConfigFile(file));
    tenants.push(loadRegister(policyInformation.directory, read, { file, readMs }));
  }
  const [only, ...more] = policyInformation.directory.tenants;
  const tenant = context.tenant ?? tenants[0] ?? (more.length === 0 ? only : undefined);
  if (tenant === undefined) throw usage('which tenant is meant? name it with --tenant');
  return { information: policyInformation, tenant };
}
