import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '@countersign/core';
import { DocumentError, problemText } from '@countersign/yaml-document';
import { z } from 'zod';
import type { Config } from '../../config/config.ts';
import { loadConfig } from '../../config/load-config.ts';
import { NO, unknown, YES } from '../definition/conclusion.ts';
import { field } from '../definition/fields.ts';
import {
  type DocumentOperation,
  documentResult,
  type OperationContext,
} from '../definition/operation.ts';
import { type Check, CheckList } from './check.ts';
import type { Machine } from './machine-checks.ts';
import { secretFilesOf } from './secret-files.ts';

export type DoctorOutput = {
  readonly answer: 'yes' | 'no' | 'unknown';
  readonly checks: readonly Check[];
};

type DoctorInput = { readonly config?: string | undefined };

export const examine: DocumentOperation<DoctorInput, DoctorOutput> = {
  name: 'doctor',
  summary: 'check connections, rights, clock, disk, files and the service',
  description:
    'Checks everything that the service needs, and names the cure of each problem: Node, disk, ' +
    'file modes, ports, the ledger, witnesses, each sign-in, missing and excess rights, ' +
    'licenses, the clock, the hosts of feeds, certificates, and the sign-in of operators. Exits ' +
    '1 for a problem, 3 if something cannot be told.',
  scope: 'ledger:administer',
  effect: 'read',
  kind: 'document',
  runsIn: 'caller',
  input: z.strictObject({
    config: field(
      z.string().optional(),
      'the configuration (default: countersign.yaml in the data folder)',
      { value: 'file', isPath: true },
    ),
  }),
  output: z.strictObject({
    answer: z.enum(['yes', 'no', 'unknown']),
    checks: z.array(
      z.strictObject({
        area: z.string(),
        what: z.string(),
        answer: z.enum(['yes', 'no', 'unknown']),
        text: z.string(),
        cure: z.string().nullable(),
      }),
    ),
  }),
  examples: [
    {
      summary: 'Check the machine, the ledger and the configuration in the data folder',
      input: {},
      commandLine: 'doctor',
      runsOn: 'sample',
    },
  ],
  async run(context, { config }) {
    const { freeShareOf, listenOnce, syncMsOf } = await import('./machine-checks.ts');
    const nodeVersion = process.version;
    const machine = { nodeVersion, freeShare: freeShareOf, syncMs: syncMsOf, listen: listenOnce };
    const file = config ?? join(context.dataDir, 'countersign.yaml');
    const checks = await checksOf(context, machine, file);
    const answer = answerOf(checks);
    const count = checks.filter((check) => check.answer === 'unknown').length;
    const conclusion =
      answer === 'yes' ? YES : answer === 'no' ? NO : unknown(`${count} checks have no answer`);
    return documentResult({ answer, checks }, conclusion);
  },
};

/** One `no` decides; without one, an unknown does. */
function answerOf(checks: readonly Check[]): DoctorOutput['answer'] {
  const answers = new Set(checks.map(({ answer }) => answer));
  return answers.has('no') ? 'no' : answers.has('unknown') ? 'unknown' : 'yes';
}

/** All checks. Those of a configuration need one that can be read. */
export async function checksOf(
  context: Pick<OperationContext, 'dataDir' | 'env' | 'clock' | 'random' | 'signal'>,
  machine: Machine,
  file: string,
): Promise<readonly Check[]> {
  const { machineChecks, secretModes } = await import('./machine-checks.ts');
  const { ledgerChecks, serviceChecks } = await import('./ledger-checks.ts');
  const { dataDir } = context;
  const list = new CheckList('configuration');
  const config = configOf(list, file, context.env);
  if (config !== undefined) secretModes(list, secretFilesOf(config));
  const checks = [
    ...(await machineChecks(machine, dataDir)),
    ...list.checks,
    ...(await ledgerChecks(dataDir)),
  ];
  if (config === undefined) return checks;
  const { tenantChecks } = await import('./tenant-checks.ts');
  const { hostChecks } = await import('./host-checks.ts');
  const tenants = await Promise.all(config.tenants.map((each) => tenantChecks(each, context)));
  checks.push(...tenants.flat(), ...(await hostChecks(config, context.clock.now())));
  const { operatorChecks } = await import('./operator-checks.ts');
  const { env, clock } = context;
  checks.push(...(await operatorChecks(config.operators, { env, nowMs: () => clock.now() })));
  checks.push(...(await serviceChecks(config, machine)));
  return checks;
}

function configOf(list: CheckList, file: string, env: OperationContext['env']): Config | undefined {
  if (!existsSync(file)) {
    list.no('configuration', `${file} does not exist`, 'write it with countersign init');
    return undefined;
  }
  try {
    const config = loadConfig(file, env);
    list.yes('configuration', file);
    return config;
  } catch (error) {
    const problems = error instanceof DocumentError ? error.problems : [];
    for (const problem of problems)
      list.no('configuration', problemText(problem), 'correct the line');
    if (problems.length === 0) list.no('configuration', messageOf(error), 'correct the file');
    return undefined;
  }
}
