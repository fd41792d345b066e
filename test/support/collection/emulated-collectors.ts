import type { Emulator } from '@countersign/emulator';
import type { Sleep } from '@countersign/m365';
import type { Config } from '../../../apps/countersign/src/config/config.ts';
import { parseConfig } from '../../../apps/countersign/src/config/parse-config.ts';
import {
  collectorsOf,
  type TenantCollectors,
} from '../../../apps/countersign/src/server/collectors/open-collectors.ts';
import { clockOf } from './emulated-tenants.ts';

const random = { fill: (into: Uint8Array): Uint8Array => crypto.getRandomValues(into) };

type Part = 'graph' | 'logs' | 'directory' | 'crossCheck' | 'storage';

/** Members of `collect` in the configuration, one YAML line each; `ROOT` stands for the service. */
const CATEGORIES = [
  'SignInLogs',
  'NonInteractiveUserSignInLogs',
  'ServicePrincipalSignInLogs',
  'AuditLogs',
  'MicrosoftGraphActivityLogs',
  'AdvancedHunting-EmailEvents',
  'AdvancedHunting-EmailAttachmentInfo',
] as const;

export const COLLECT: Readonly<Record<Part, string>> = {
  graph: 'graph: {root: "GRAPH", every: 5m}',
  logs: 'graph: {root: "GRAPH", directory: [], crossCheck: false}',
  directory: 'graph: {root: "GRAPH", signIns: [], directoryAudits: false, crossCheck: false}',
  crossCheck: 'graph: {root: "GRAPH", signIns: [], directoryAudits: false, directory: []}',
  storage: `azureMonitor: {storage: {root: "STORAGE", categories: [${CATEGORIES.join(', ')}]}}`,
};

/** A configuration for the first tenant of an emulator. */
export function configText(emulator: Emulator, ...collect: readonly string[]): string {
  const { origins, credentials, companies, tenants } = emulator;
  const storage = `${origins['storage']}/${companies.storageAccount.name}`;
  const lines = collect
    .map((line) => line.replace('GRAPH', origins['graph'] ?? ''))
    .map((line) => line.replace('STORAGE', storage).replace('MANAGE', origins['manage'] ?? ''));
  return `listen: 127.0.0.1:0
log: json
tenants:
  - id: ${tenants[0]?.tenantId}
    authority: ${origins['login']}
    credentials: {clientId: ${credentials.clientId}, secret: {env: COLLECTOR_SECRET}}
    collect:
${lines.map((line) => `      ${line}\n`).join('')}`;
}

export function secretsOf({ credentials }: Emulator): Record<string, string> {
  return { COLLECTOR_SECRET: credentials.clientSecret };
}

/** The collectors that `serve` would create, on the emulator's time: waiting advances it. */
export function collectorsFor(emulator: Emulator, ...collect: readonly string[]): TenantCollectors {
  const wait: Sleep = async (ms, signal) => {
    signal?.throwIfAborted();
    await emulator.advance(Math.ceil(ms));
  };
  const env = secretsOf(emulator);
  const [tenant] = parsed(configText(emulator, ...collect), env).tenants;
  if (tenant === undefined) throw new RangeError('the configuration names a tenant');
  return collectorsOf(tenant, { clock: clockOf(emulator), wait, random, env });
}

function parsed(text: string, env: Record<string, string>): Config {
  const kindOf = (): 'file' => 'file';
  const world = { env, resolve: (path: string) => path, kindOf };
  const none = (): never => {
    throw new RangeError('no inventory is named');
  };
  return parseConfig({ file: 'test.yaml', text }, world, none);
}
