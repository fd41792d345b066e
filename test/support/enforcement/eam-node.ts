import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer as createListener } from 'node:net';
import { join } from 'node:path';
import { systemClock } from '@countersign/core';
import { type Emulator, selfSigned, startEmulator } from '@countersign/emulator';
import { countersignHere } from '../command-here.ts';
import { ServerProcess } from '../server-process.ts';

const APP_ID = '2f6d1a80-5c3e-4b1f-9d57-8a1b2c3d4e5f';
const CLIENT_ID = 'countersign-northmoor';

/** An application of the company to which people sign in. */
export const WIKI = '9c2b7d64-1f0a-4e7b-8a55-6c1f2f3f4a10';

/** An emulated Entra that redirects people to our `serve`, each with its own TLS. */
export class EamNode {
  readonly serving: ServerProcess;
  readonly emulator: Emulator;
  readonly url: string;
  readonly dir: string;
  readonly certificates: readonly string[];
  readonly tenant: string;

  private constructor(parts: {
    serving: ServerProcess;
    emulator: Emulator;
    url: string;
    dir: string;
    certificates: readonly string[];
  }) {
    this.serving = parts.serving;
    this.emulator = parts.emulator;
    this.url = parts.url;
    this.dir = parts.dir;
    this.certificates = parts.certificates;
    this.tenant = parts.emulator.tenants[0]?.tenantId ?? '';
  }

  static async start(folder: string, redirectUri: string): Promise<EamNode> {
    mkdirSync(folder, { recursive: true });
    const made = await selfSigned({ commonName: 'access' });
    const emulator = await startEmulator({
      startMs: systemClock.now(),
      ...{ tls: 'on', partnerCa: made.certPem, subscribed: 'before' },
      tenants: [{ apps: [wiki(redirectUri)] }],
    });
    const port = await freePort();
    const url = `https://localhost:${port}`;
    const at = (name: string): string => join(folder, name);
    writeFileSync(at('enforcement point.pem'), made.certPem);
    writeFileSync(at('enforcement point.key'), made.keyPem, { mode: 0o600 });
    writeFileSync(at('entra.pem'), emulator.ca ?? '');
    writeFileSync(at('people.yaml'), peopleOf(emulator));
    writeFileSync(at('serve.yaml'), configOf(emulator, url, port));
    const dir = at('data');
    const serving = await ServerProcess.start(dir, at('serve.yaml'), {});
    const tenantId = emulator.tenants[0]?.tenantId ?? '';
    emulator.companies.connectMethod(tenantId, {
      ...{ displayName: 'Countersign', clientId: CLIENT_ID, appId: APP_ID },
      discoveryUrl: `${url}/.well-known/openid-configuration`,
      authorizationEndpoint: `${url}/eam/authorize`,
    });
    const certificates = [made.certPem, emulator.ca ?? ''];
    return new EamNode({ serving, emulator, url, dir, certificates });
  }

  person(index: number): { readonly objectId: string; readonly upn: string } {
    const found = this.emulator.tenants[0]?.population.person(index);
    assert.ok(found !== undefined);
    return found;
  }

  /** A code to register a first passkey, as an administrator gets it. */
  async code(index: number): Promise<string> {
    const { objectId } = this.person(index);
    const line = ['passkeys', 'invite', objectId, '--tenant', this.tenant];
    const { code, stdout, stderr } = await countersignHere([...line, '--json', '--data', this.dir]);
    assert.equal(code, 0, stderr);
    return (JSON.parse(stdout) as { code: string }).code;
  }

  async stop(): Promise<void> {
    await this.serving.end();
    await this.emulator.stop();
  }
}

function wiki(redirectUri: string) {
  return {
    clientId: WIKI,
    objectId: '2b3c4d5e-6f70-4182-93a4-b5c6d7e8f901',
    name: 'Wiki',
    isEnabled: true,
    ...{ secrets: [], certificates: [], roles: {} },
    scopes: { 'https://graph.microsoft.com': ['User.Read'] },
    redirectUris: [redirectUri],
    isPublic: true,
  };
}

/** The third person has no risk, the fourth has a high one, and the others' is unknown. */
function peopleOf({ tenants }: Emulator): string {
  const [{ tenantId, population } = assert.fail()] = tenants;
  const [ada, eve] = [population.person(3).objectId, population.person(4).objectId];
  const common = 'kind: member, enabled: true, groups: [finance], roles: []';
  return `tenant: ${tenantId}
people:
  - { id: ${ada}, risk: none, ${common} }
  - { id: ${eve}, risk: high, ${common} }
groups: [{ id: finance }]
waves: [{ id: pilot, state: open, groups: [finance] }]
`;
}

function configOf({ tenants, origins }: Emulator, url: string, port: number): string {
  return `listen: 127.0.0.1:0
log: json
enforcementPoints:
  listen: 127.0.0.1:${port}
  url: ${url}
  tls: { certificate: enforcement point.pem, key: enforcement point.key }
  directory: [people.yaml]
  external:
    clientId: ${CLIENT_ID}
    appId: ${APP_ID}
    tenants: [${tenants[0]?.tenantId}]
    authority: ${origins['login']}
    authorityFile: entra.pem
    keys: external-keys.json
    passkeys: { name: Northmoor }
`;
}

async function freePort(): Promise<number> {
  const listener = createListener();
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const { port } = listener.address() as AddressInfo;
  await new Promise<void>((resolve) => listener.close(() => resolve()));
  return port;
}
