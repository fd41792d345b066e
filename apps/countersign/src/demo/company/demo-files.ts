import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  collectorEntry,
  type Emulator,
  type MethodAddress,
  policyFilesOf,
} from '@countersign/emulator';

const SECRET_MODE = 0o600;
/** The quota of the emulated Activity API is larger than a small company needs. */
const ACTIVITY_REQUESTS_PER_MINUTE = 60_000;
/** The emulated Graph answers five log requests in ten seconds (contracts 8.1). */
const GRAPH_REQUESTS_PER_MINUTE = 25;
/** As the emulator registers the method. */
const METHOD = { clientId: 'countersign-emulated', appId: '2f6d1a80-5c3e-4b1f-9d57-8a1b2c3d4e5f' };

/** Files of the demonstration beside its ledger. */
export type DemoFiles = {
  readonly folder: string;
  /** The configuration while the company lives. */
  readonly living: string;
  /** The configuration of a service over the finished history. */
  readonly finished: string;
  readonly directory: string;
  readonly register: string;
  readonly evidence: string;
  /** The gate of the next wave. */
  readonly gate: string;
};

export function demoFiles(dataDir: string): DemoFiles {
  const folder = join(dataDir, 'demo');
  const at = (name: string): string => join(folder, name);
  return {
    folder,
    living: at('living.yaml'),
    finished: at('serve.yaml'),
    directory: at('directory.yaml'),
    register: at('register.yaml'),
    evidence: at('incident.evidence'),
    gate: at('second-wave.yaml'),
  };
}

/** Writes what an administrator of the company would write, and the secrets of this run. */
export function writeDemoFiles(
  files: DemoFiles,
  emulator: Emulator,
  method: MethodAddress,
  clock: string,
): void {
  const [tenant, forgotten] = emulator.tenants;
  if (tenant === undefined || forgotten === undefined) throw new RangeError('two tenants');
  mkdirSync(files.folder, { recursive: true });
  const { directory, register } = policyFilesOf(tenant, emulator.clock.now());
  const write = (name: string, text: string): void =>
    writeFileSync(join(files.folder, name), text, { mode: SECRET_MODE });
  write('directory.yaml', withGroups(directory, emulator, tenant.tenantId));
  write('register.yaml', register + collectorEntry(emulator, tenant.tenantId));
  write('inventory.yaml', inventoryText(tenant, forgotten));
  write('collector.secret', emulator.credentials.clientSecret);
  write('access.pem', method.certificate.certPem);
  write('access.key', method.certificate.keyPem);
  write('living.yaml', livingText(emulator, method, clock));
}

/** Graph states the groups of people, so the wave that is open to everybody names all of them. */
function withGroups(directory: string, emulator: Emulator, tenantId: string): string {
  const groups = emulator.companies.directories.get(tenantId)?.state.list('groups') ?? [];
  const ids = [...groups].map(({ object }) => object.id);
  return directory.replace(
    'state: open, groups: [everybody]',
    `state: open, groups: [everybody, ${ids.join(', ')}]`,
  );
}

/**
 * The configuration of a service that shows the history, at the time of `clock`. It collects from
 * no tenant, so it has no inventory: that would record that none is connected. The ledger has the
 * one from the time when the company lived.
 */
export function writeFinishedConfig(files: DemoFiles, clock: string, listen: string): void {
  const lines = [...HEAD, `listen: ${listen}`, `emulatorClock: ${clock}`];
  writeFileSync(files.finished, text(lines), { mode: SECRET_MODE });
}

/** The configuration of a service that collects from the company while it lives. */
export function writeLiveConfig(files: DemoFiles, listen: string): void {
  const living = readFileSync(files.living, 'utf8');
  const lines = living.replace(/^listen: .*$/m, `listen: ${listen}`);
  writeFileSync(files.finished, lines, { mode: SECRET_MODE });
}

const HEAD: readonly string[] = [
  '# Written by "countersign demo". A new demonstration replaces it.',
];

type Tenant = Emulator['tenants'][number];

function inventoryText(tenant: Tenant, forgotten: Tenant): string {
  return text([
    ...HEAD,
    'tenants:',
    `  - { id: ${tenant.tenantId}, name: ${tenant.domain}, use: production }`,
    `  - id: ${forgotten.tenantId}`,
    `    name: ${forgotten.domain}`,
    '    use: test',
    '    note: left over from a migration test; it is not connected',
  ]);
}

function livingText(emulator: Emulator, method: MethodAddress, clock: string): string {
  const { origins, tenants, credentials, companies } = emulator;
  const { tenantId = '', domain = '' } = tenants[0] ?? {};
  return text([
    ...[...HEAD, 'listen: 127.0.0.1:0', `emulatorClock: ${clock}`, 'inventory: inventory.yaml'],
    ...['tenants:', `  - id: ${tenantId}`, `    name: ${domain}`, '    licenses: [E5]'],
    ...[`    authority: ${origins['login']}`, '    credentials:'],
    ...[`      clientId: ${credentials.clientId}`, '      secret: { file: collector.secret }'],
    '    collect:',
    '      activityApi:',
    `        root: ${origins['manage']}`,
    `        requestsPerMinute: ${ACTIVITY_REQUESTS_PER_MINUTE}`,
    '      graph:',
    `        root: ${origins['graph']}`,
    `        requestsPerMinute: ${GRAPH_REQUESTS_PER_MINUTE}`,
    // The export has those without interaction. Graph would list them again and again.
    '        signIns: [interactiveUser, servicePrincipal, managedIdentity]',
    '        crossCheck: false',
    '      azureMonitor:',
    '        storage:',
    `          root: ${origins['storage']}/${companies.storageAccount.name}`,
    '          categories: [NonInteractiveUserSignInLogs, MicrosoftGraphActivityLogs]',
    ...['enforcementPoints:', `  listen: 127.0.0.1:${method.port}`, `  url: ${method.url}`],
    ...['  tls: { certificate: access.pem, key: access.key }', '  directory: [directory.yaml]'],
    ...['  external:', `    clientId: ${METHOD.clientId}`, `    appId: ${METHOD.appId}`],
    ...[`    tenants: [${tenantId}]`, `    authority: ${origins['login']}`],
    ...[
      '    keys: external-keys.json',
      '    address: forwarded',
      '    passkeys: { name: Northmoor }',
    ],
  ]);
}

function text(lines: readonly string[]): string {
  return `${lines.join('\n')}\n`;
}
