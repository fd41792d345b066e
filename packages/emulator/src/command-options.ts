import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Emulator } from './emulator-options.ts';
import { FAULT_RATES, type FaultPlan } from './faults/faults.ts';
import type { PlayedWith } from './living-tenant.ts';
import { WIKI } from './login/wiki.ts';
import { policyFilesOf } from './policy-files.ts';
import { ScenarioError } from './scenarios/errors.ts';
import { loadScenario } from './scenarios/steps/scenario.ts';
import {
  connectMethod,
  type MethodAddress,
  methodAddress,
  writeCollectingConfig,
  writeMethodConfig,
  writeServeConfig,
} from './serve-config.ts';
import { startEmulator } from './start-emulator.ts';

/** The unchecked options of `countersign emulator`, as text. */
export type CommandOptions = {
  readonly port?: string;
  readonly people?: string;
  readonly seed?: string;
  readonly speed?: string;
  readonly history?: string;
  readonly scenario?: readonly string[];
  readonly faults?: readonly string[];
  readonly tls?: boolean;
  /** The company has strict policies. */
  readonly governed?: boolean;
  /** The folder for the company's policy files. */
  readonly policyFiles?: string;
  /** The folder for a configuration of `serve`. */
  readonly configFiles?: string;
  /** The file for a configuration of `serve` on the emulator's clock. Secrets go beside it. */
  readonly writeConfig?: string;
  /** The port of `serve` in that configuration. */
  readonly servicePort?: string;
  /** `serve` is the external authentication method of the tenant. */
  readonly externalMethod?: boolean;
};

/** A wrong option, with one sentence that says what to use instead. */
export class CommandUsageError extends Error {
  override readonly name = 'CommandUsageError';
}

/** A running emulator, as the command line prints and stops it. */
export type RunningCommand = {
  /** Addresses, tenants and credentials, as JSON. */
  readonly document: object;
  readonly defects: readonly unknown[];
  stop(): Promise<void>;
};

const HOUR_MS = 3_600_000;
/** A month, which the emulator simulates before it answers. */
const HISTORY_HOURS_MAX = 720;
/** A simulated day of this many people takes up to a minute. Larger companies must request it. */
const HISTORY_PEOPLE_MAX = 1_000;
const HISTORY_HOURS = 24;
/** Each host of the emulator uses the next higher port. */
const PORT_MAX = 65_000;
/** A forgotten test tenant, or an outsider's: small beside the first. */
const OTHERS_PEOPLE = 10;

export async function startCommand(
  options: CommandOptions,
  signal: AbortSignal,
): Promise<RunningCommand> {
  const number = (name: keyof CommandOptions, range: Range): number =>
    numberOf(name, options[name] as string | undefined, range);
  const people = number('people', { least: 10, most: 1_000_000, otherwise: 100 });
  const history = number('history', {
    least: 0,
    most: HISTORY_HOURS_MAX,
    otherwise: people > HISTORY_PEOPLE_MAX ? 0 : HISTORY_HOURS,
  });
  const scenarios = (options.scenario ?? []).map(playedWith);
  const others = Array.from({ length: tenantsFor(scenarios) - 1 }, () => ({
    people: OTHERS_PEOPLE,
  }));
  const servicePort = number('servicePort', { least: 0, most: PORT_MAX, otherwise: 0 });
  const speed = number('speed', { least: 1, most: 1_000, otherwise: 1 });
  const method = await methodFor(options, speed);
  const first = { people, ...(options.governed === true && { governed: true }) };
  const emulator = await startEmulator({
    seed: options.seed ?? 1,
    speed,
    port: number('port', { least: 0, most: PORT_MAX, otherwise: 0 }),
    historyMs: history * HOUR_MS,
    tenants: [{ ...first, ...(method !== undefined && { apps: [WIKI] }) }, ...others],
    ...(method !== undefined && { partnerCa: method.certificate.certPem }),
    scenarios,
    subscribed: 'before',
    signal,
    certificate: 'made',
    tls: options.tls === true || method !== undefined ? 'on' : 'off',
    faults: faultsOf(options.faults ?? []),
  }).catch((error: unknown) => {
    if (error instanceof ScenarioError) throw new CommandUsageError(error.message);
    throw error;
  });
  const { defects } = emulator;
  if (options.policyFiles !== undefined) {
    writePolicyFiles(emulator, options.policyFiles, emulator.clock.now() - history * HOUR_MS);
  }
  if (method !== undefined) connectMethod(emulator, method);
  const { configFiles: folder, writeConfig: file } = options;
  if (folder !== undefined) {
    if (method === undefined) writeCollectingConfig(emulator, { folder, servicePort });
    else writeMethodConfig(emulator, method, { folder, servicePort });
  }
  if (file !== undefined) writeServeConfig(emulator, method, { file, servicePort });
  return { document: documentOf(emulator), defects, stop: () => emulator.stop() };
}

/** The future address of `serve` as the external method, if requested. */
async function methodFor(
  { externalMethod, configFiles, writeConfig }: CommandOptions,
  speed: number,
): Promise<MethodAddress | undefined> {
  if (externalMethod !== true) return undefined;
  if (configFiles === undefined && writeConfig === undefined) {
    throw new CommandUsageError(
      'could not start the emulator with --external-method alone: give --write-config FILE as well',
    );
  }
  // Only the configuration of --write-config puts `serve` on the emulator's clock.
  if (speed === 1 || configFiles === undefined) return methodAddress();
  throw new CommandUsageError(
    `could not start the emulator with --external-method and --config-files at --speed ${speed}: ` +
      'give --write-config FILE instead of --config-files',
  );
}

/** Writes the first tenant's people and applications in the form that `policy use` reads. */
function writePolicyFiles({ tenants }: Emulator, folder: string, sinceMs: number): void {
  const [tenant] = tenants;
  if (tenant === undefined) return;
  const { directory, register } = policyFilesOf(tenant, sinceMs);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'directory.yaml'), directory);
  writeFileSync(join(folder, 'register.yaml'), register);
}

/** Parses `slow-spray:people=80,successes=0`: a scenario with fixed values. */
function playedWith(text: string): PlayedWith {
  const [, name = text, given] = /^([a-z0-9-]+):(.*)$/.exec(text) ?? [];
  const parameters: Record<string, string> = {};
  for (const pair of given === undefined ? [] : given.split(',')) {
    const [parameter = '', value = ''] = pair.split('=');
    if (parameter === '' || value === '') {
      throw new CommandUsageError(`could not read the scenario ${text}: give NAME:PARAMETER=VALUE`);
    }
    parameters[parameter.trim()] = value.trim();
  }
  return { name, parameters };
}

/** The number of tenants that the scenarios need. */
function tenantsFor(scenarios: readonly PlayedWith[]): number {
  try {
    return Math.max(1, ...scenarios.map(({ name }) => loadScenario(name).tenants.length));
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    throw new CommandUsageError(error.message);
  }
}

function documentOf({ origins, tenants, credentials, companies, ca, clock }: Emulator): object {
  const { clientId, clientSecret, certificate, probe } = credentials;
  return {
    origins,
    tenants: tenants.map(({ tenantId, domain, population }) => ({
      tenantId,
      domain,
      people: population.size,
      setApart: {
        mailbox: population.setApart.account.upn,
        site: population.setApart.site.siteId,
        team: population.setApart.team.groupId,
        channel: population.setApart.team.threadId,
      },
    })),
    collector: {
      clientId,
      clientSecret,
      certificate: certificate?.certPem,
      privateKey: certificate?.keyPem,
    },
    canary: probe,
    storage: { account: companies.storageAccount.name, key: companies.storageAccount.key },
    ...(ca !== undefined && { ca }),
    clock: `${origins['login']}/emulator/clock`,
    now: new Date(clock.now()).toISOString(),
  };
}

type Range = { readonly least: number; readonly most: number; readonly otherwise: number };

function numberOf(name: string, text: string | undefined, range: Range): number {
  if (text === undefined) return range.otherwise;
  const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (!(number >= range.least && number <= range.most)) {
    const option = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    throw new CommandUsageError(
      `could not start the emulator with --${option} ${text}: give ${range.least} to ${range.most}`,
    );
  }
  return number;
}

/** Parses `lost=0.01`, or several of them separated by commas. */
function faultsOf(texts: readonly string[]): Partial<FaultPlan> {
  const plan: Record<string, number> = {};
  for (const text of texts.flatMap((one) => one.split(','))) {
    const [name = '', rate = ''] = text.trim().split('=');
    const isRate = /^(?:0?\.\d{1,9}|0|1|1\.0)$/.test(rate);
    if (!FAULT_RATES.some((known) => known === name) || !isRate) {
      throw new CommandUsageError(
        `could not read the fault ${text}: give NAME=RATE, with a rate from 0 to 1 and one of ` +
          FAULT_RATES.join(', '),
      );
    }
    plan[name] = Number(rate);
  }
  return plan;
}
