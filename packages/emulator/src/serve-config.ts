import { createHash, X509Certificate } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { type KeyAndCertificate, selfSigned } from './certificate.ts';
import type { Emulator } from './emulator-options.ts';
import { wikiSignIn } from './login/wiki.ts';
import { policyFilesOf } from './policy-files.ts';

const METHOD_APP_ID = '2f6d1a80-5c3e-4b1f-9d57-8a1b2c3d4e5f';
const METHOD_CLIENT_ID = 'countersign-emulated';
/** Graph does not throttle this rate at the tenant's speed. */
const GRAPH_REQUESTS_PER_MINUTE = 6_000;
const ACTIVITY_REQUESTS_PER_MINUTE = 60_000;
/** Logs without a complete list in Graph. */
const EXPORTED = ['NonInteractiveUserSignInLogs', 'MicrosoftGraphActivityLogs'];
const SECRET_MODE = 0o600;

/** The future address of `serve` as external authentication method of the emulated Entra. */
export type MethodAddress = {
  readonly port: number;
  readonly url: string;
  readonly certificate: KeyAndCertificate;
};

export async function methodAddress(): Promise<MethodAddress> {
  const listener = createServer();
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const { port } = listener.address() as AddressInfo;
  await new Promise<void>((resolve) => listener.close(() => resolve()));
  const certificate = await selfSigned({ commonName: 'countersign' });
  return { port, url: `https://localhost:${port}`, certificate };
}

/** Makes Entra send the people of the first tenant to this address for their second factor. */
export function connectMethod({ companies, tenants }: Emulator, { url }: MethodAddress): void {
  companies.connectMethod(tenants[0]?.tenantId ?? '', {
    displayName: 'Countersign',
    clientId: METHOD_CLIENT_ID,
    appId: METHOD_APP_ID,
    discoveryUrl: `${url}/.well-known/openid-configuration`,
    authorizationEndpoint: `${url}/eam/authorize`,
  });
}

/** Writes a configuration with which `serve` collects from the emulator at its speed. */
export function writeCollectingConfig(
  emulator: Emulator,
  { folder, servicePort }: { readonly folder: string; readonly servicePort: number },
): void {
  write(folder, {
    [CONFIG_FILE]: lines([...headLines(servicePort), ...collectingLines(emulator)]),
    ...collectingSecrets(emulator),
  });
}

/** Writes a configuration with which `serve` is the external method, and a browser's settings. */
export function writeMethodConfig(
  emulator: Emulator,
  method: MethodAddress,
  { folder, servicePort }: { readonly folder: string; readonly servicePort: number },
): void {
  const [tenant] = emulator.tenants;
  if (tenant === undefined) return;
  write(folder, {
    [CONFIG_FILE]: lines([
      ...headLines(servicePort),
      ...methodLines(emulator, method, tenant.tenantId),
    ]),
    ...methodFiles(emulator, method, tenant),
  });
}

/**
 * Writes one configuration for everything that `serve` does with this emulator, on its clock. Its
 * secrets go beside it.
 *
 * @param to.file an existing one is replaced
 * @param to.servicePort the port of the interface of `serve`; 0: any free port
 */
export function writeServeConfig(
  emulator: Emulator,
  method: MethodAddress | undefined,
  { file, servicePort }: { readonly file: string; readonly servicePort: number },
): void {
  const [tenant] = emulator.tenants;
  if (tenant === undefined) return;
  const points = method === undefined ? [] : methodLines(emulator, method, tenant.tenantId);
  write(dirname(file), {
    [basename(file)]: lines([...headLines(servicePort), ...collectingLines(emulator), ...points]),
    ...collectingSecrets(emulator),
    ...(method !== undefined && methodFiles(emulator, method, tenant)),
  });
}

const CONFIG_FILE = 'countersign.yaml';

function headLines(servicePort: number): string[] {
  const by = '# Written by "countersign emulator", for as long as that emulator runs.';
  return [by, `listen: 127.0.0.1:${servicePort}`];
}

function collectingLines({ origins, tenants, credentials, companies, ca }: Emulator): string[] {
  const { tenantId = '', domain = '' } = tenants[0] ?? {};
  return [
    ...[`emulatorClock: ${origins['login']}/emulator/clock`, 'tenants:'],
    ...[`  - id: ${tenantId}`, `    name: ${domain}`, `    authority: ${origins['login']}`],
    ...(ca === undefined ? [] : ['    authorityFile: authorities.pem']),
    '    credentials:',
    ...[`      clientId: ${credentials.clientId}`, '      secret: { file: collector.secret }'],
    '    collect:',
    '      activityApi:',
    `        root: ${origins['manage']}`,
    `        requestsPerMinute: ${ACTIVITY_REQUESTS_PER_MINUTE}`,
    '      graph:',
    `        root: ${origins['graph']}`,
    `        requestsPerMinute: ${GRAPH_REQUESTS_PER_MINUTE}`,
    '      azureMonitor:',
    '        storage:',
    `          root: ${origins['storage']}/${companies.storageAccount.name}`,
    `          categories: [${EXPORTED.join(', ')}]`,
  ];
}

function collectingSecrets({ credentials, ca }: Emulator): Files {
  return {
    'collector.secret': credentials.clientSecret,
    ...(ca !== undefined && { 'authorities.pem': ca }),
  };
}

function methodLines({ origins }: Emulator, at: MethodAddress, tenantId: string): string[] {
  return [
    ...['enforcementPoints:', `  listen: 127.0.0.1:${at.port}`, `  url: ${at.url}`],
    '  tls: { certificate: access.pem, key: access.key }',
    '  directory: [directory.yaml]',
    '  external:',
    ...[`    clientId: ${METHOD_CLIENT_ID}`, `    appId: ${METHOD_APP_ID}`],
    ...[`    tenants: [${tenantId}]`, `    authority: ${origins['login']}`],
    ...['    authorityFile: authorities.pem', '    keys: external-keys.json'],
    '    passkeys: { name: Northmoor }',
  ];
}

function methodFiles(
  emulator: Emulator,
  { certificate }: MethodAddress,
  tenant: Emulator['tenants'][number],
): Files {
  const person = tenant.population.person(0);
  return {
    'directory.yaml': policyFilesOf(tenant, emulator.clock.now()).directory,
    'access.pem': certificate.certPem,
    'access.key': certificate.keyPem,
    'authorities.pem': emulator.ca ?? '',
    'sign-in.url': wikiSignIn(emulator.origins['login'] ?? '', {
      ...{ tenantId: tenant.tenantId, upn: person.upn },
    }),
    'browser.spki': [certificate.certPem, emulator.ca ?? ''].map(keyDigest).join(','),
    'person.txt': person.upn,
    'tenant.txt': tenant.tenantId,
  };
}

/** The public key hash by which Chromium trusts a certificate. */
function keyDigest(pem: string): string {
  const key = new X509Certificate(pem).publicKey.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(key).digest('base64');
}

type Files = Readonly<Record<string, string>>;

function write(folder: string, files: Files): void {
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(join(folder, name), text, { mode: SECRET_MODE });
  }
}

function lines(all: readonly string[]): string {
  return `${all.join('\n')}\n`;
}
