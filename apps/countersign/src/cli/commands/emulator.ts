import { resolve } from 'node:path';
import { messageOf } from '@countersign/core';
import type { Command as Parser } from 'commander';
import { appendValue } from '../options/parse-options.ts';
import type { BindCommand, CommandHandler, Context } from '../process/command-context.ts';
import { CliError, usage } from '../process/errors.ts';
import { EXIT, type ExitCode } from '../process/exit-code.ts';
import { waitForAbort } from '../process/interrupt.ts';

type EmulatorFlags = {
  readonly port?: string;
  readonly people?: string;
  readonly seed?: string;
  readonly speed?: string;
  readonly history?: string;
  readonly scenario?: readonly string[];
  readonly faults?: readonly string[];
  readonly tls?: true;
  readonly governed?: true;
  readonly policyFiles?: string;
  readonly configFiles?: string;
  readonly externalMethod?: true;
  readonly writeConfig?: string;
  readonly listScenarios?: true;
};

type Document = {
  readonly origins: Readonly<Record<string, string>>;
  readonly tenants: readonly { tenantId: string; domain: string; people: number }[];
  readonly collector: { readonly clientId: string; readonly clientSecret: string };
  readonly clock: string;
  readonly now: string;
};

export function declareEmulator(program: Parser, bind: BindCommand): void {
  program
    .command('emulator')
    .summary('a Microsoft 365 tenant on loopback, with the real wire formats')
    .description(
      'Runs an invented tenant on 127.0.0.1 until it is stopped: the login authority, the Office ' +
        '365 Management Activity API, Graph, the storage account of the diagnostic export, and ' +
        'people whose work leaves records. It prints its addresses and how a collector signs ' +
        'in; --json prints the certificate and the keys as well. Its secrets have no value ' +
        'elsewhere.',
    )
    .option('--port <port>', 'the first port; the other ports follow (default: any free ports)')
    .option('--people <count>', 'number of people in the tenant, 10 to 1,000,000 (default: 100)')
    .option('--seed <text>', 'the seed of all random values (default: 1)')
    .option('--speed <factor>', "the speed of the tenant's clock, 1 to 1,000 (default: 1)")
    .option(
      '--history <hours>',
      'hours of history at the start (default: 24, or 0 for more than 1,000 people)',
    )
    .option(
      '--scenario <name>',
      'an attack that starts with the history; missing parameters are random, as in ' +
        'slow-spray:people=80,successes=1; repeatable',
      appendValue,
    )
    .option(
      '--faults <name=rate>',
      'a fault and its rate, as in lost=0.01; repeatable',
      appendValue,
    )
    .option('--tls', 'serve HTTPS; --json prints the certificate')
    .option(
      '--governed',
      'create a company with strict policies, where nothing violates the default policies',
    )
    .option(
      '--policy-files <dir>',
      'write directory.yaml and register.yaml for "policy use" to this folder',
    )
    .option(
      '--config-files <dir>',
      'write countersign.yaml and its secrets for "serve" to this folder',
    )
    .option(
      '--write-config <file>',
      'write a checked configuration for "serve" on the clock of the tenant, with its secrets ' +
        'beside it',
    )
    .option(
      '--service-port <port>',
      'the port of "serve" in that configuration (default: any free port)',
    )
    .option(
      '--external-method',
      'let "serve" be the external authentication method of the tenant (with --write-config or ' +
        '--config-files)',
    )
    .option('--list-scenarios', 'list the attacks and their parameters, and start nothing')
    .action(bind(emulator));
}

const emulator: CommandHandler<[flags: EmulatorFlags]> = async (context, given) => {
  const { terminal, json, signal, cwd } = context;
  const { startCommand } = await import('@countersign/emulator');
  if (given.listScenarios === true) return listScenarios(context);
  const { writeConfig } = given;
  const file = writeConfig === undefined ? undefined : resolve(cwd, writeConfig);
  const flags = { ...given, ...(file !== undefined && { writeConfig: file }) };
  const started = await startCommand(flags, signal).catch((error: unknown) => {
    if (signal.aborted)
      throw new CliError('INTERRUPTED', 'interrupted before the emulator listened');
    if (error instanceof Error && error.name === 'CommandUsageError') throw usage(error.message);
    throw error;
  });
  if (file !== undefined) await checkConfig(context, file, started);
  const document = started.document as Document;
  const { origins, tenants, collector, clock, now } = document;
  if (json) terminal.document(document);
  else {
    terminal.fields([
      ...Object.entries(origins),
      ...tenants.map((t) => ['tenant', `${t.tenantId} ${t.domain}, ${t.people} people`] as const),
      ['client id', collector.clientId],
      ['client secret', collector.clientSecret],
      ['its time', now],
      ['clock', clock],
      ...(file === undefined ? [] : [['configuration', file] as const]),
    ]);
  }
  try {
    await waitForAbort(signal);
  } finally {
    await started.stop();
  }
  for (const defect of started.defects)
    terminal.note(`a defect of the emulator: ${String(defect)}`);
  // Being stopped is the normal end of a server.
  return EXIT.done;
};

/** A configuration that `serve` would refuse is a defect of ours, and is found here. */
async function checkConfig(
  { env }: Context,
  file: string,
  started: { stop(): Promise<void> },
): Promise<void> {
  const { loadConfig } = await import('../../config/load-config.ts');
  try {
    loadConfig(file, env);
  } catch (error) {
    await started.stop();
    throw new Error(`the emulator wrote a wrong configuration: ${messageOf(error)}`);
  }
}

async function listScenarios({ terminal, json }: Context): Promise<ExitCode> {
  const { loadScenario, scenarioNames } = await import('@countersign/emulator');
  for (const scenario of scenarioNames().map(loadScenario)) {
    const { name, draw } = scenario;
    const about = scenario.about.trim().replaceAll(/\s+/g, ' ');
    const parameters = Object.keys(draw);
    if (json) terminal.document({ name, about, parameters });
    else {
      terminal.line({ text: name, style: 'heading' });
      terminal.paragraph(about, 2);
      if (parameters.length > 0) {
        terminal.paragraph(`parameters: ${parameters.join(', ')}`, 2, 'faint');
      }
    }
  }
  return EXIT.done;
}
