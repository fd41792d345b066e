import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Emulator, startEmulator } from '@countersign/emulator';
import { type Python, pythonWith } from '../support/cli/python.ts';
import { ASSESSMENT_SCRIPT, LOGIN_SCRIPT, STORAGE_SCRIPT } from '../support/cli/python-clients.ts';
import { temporaryFolder } from '../support/folders.ts';

// Independent software, unchanged except for the address, against the emulator over TLS.
const LIBRARIES = ['msal==1.39.0', 'azure-identity==1.27.0', 'azure-storage-blob==12.31.1'];
const ASSESSMENT = ['prowler==5.46.0'];
const PUBLIC_ID = '5d3c1c2e-8a4f-4b5d-9d0e-2f6a7b8c9d01';

const folder = temporaryFolder('foreign-clients');

type StartDocument = Readonly<Record<string, unknown>>;

async function begin(): Promise<{
  emulator: Emulator;
  settings: StartDocument;
  env: Record<string, string>;
}> {
  const emulator = await startEmulator({
    speed: 1,
    historyMs: 4 * 3_600_000,
    tls: 'on',
    certificate: 'made',
    tenants: [
      {
        people: 30,
        apps: [
          {
            clientId: PUBLIC_ID,
            objectId: '5d3c1c2e-8a4f-4b5d-9d0e-2f6a7b8c9d02',
            name: 'Notes',
            isEnabled: true,
            secrets: [],
            certificates: [],
            roles: {},
            scopes: { 'https://graph.microsoft.com': ['User.Read', 'Mail.Read'] },
            redirectUris: ['http://localhost'],
            isPublic: true,
          },
        ],
      },
    ],
  });
  const [tenant] = emulator.tenants;
  assert.ok(tenant !== undefined);
  const { tenantId, population } = tenant;
  const person = population.person(3);
  const { credentials, origins, companies } = emulator;
  const ca = join(folder, 'ca.pem');
  writeFileSync(ca, emulator.ca ?? '');
  const settings = {
    ...origins,
    ...{ tenantId, folder, publicId: PUBLIC_ID, upn: person.upn },
    password: companies.login.passwordOf(tenantId, person.objectId),
    clientId: credentials.clientId,
    clientSecret: credentials.clientSecret,
    certificate: credentials.certificate?.certPem,
    privateKey: credentials.certificate?.keyPem,
    account: companies.storageAccount.name,
    key: companies.storageAccount.key,
  };
  const env = { REQUESTS_CA_BUNDLE: ca, SSL_CERT_FILE: ca, CURL_CA_BUNDLE: ca, SSL_CERT_DIR: '' };
  return { emulator, settings, env };
}

async function answered(
  python: Python,
  script: string,
  { settings, env }: { settings: StartDocument; env: Record<string, string> },
): Promise<Record<string, unknown>> {
  const { code, stdout, stderr } = await python.run(script, settings, env);
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Record<string, unknown>;
}

test('the vendor’s libraries for Python sign in and read the export', async (t) => {
  const python = await pythonWith(join(folder, 'libraries'), LIBRARIES);
  if ('missing' in python) return t.skip(python.missing);
  const begun = await begin();
  t.after(() => begun.emulator.stop());
  const login = await answered(python, LOGIN_SCRIPT, begun);
  for (const [name, result] of Object.entries(login)) {
    if (/^(?:msal|identity) /.test(name)) assert.equal(result, 'token', name);
    if (/^(?:password|refresh) |code$/.test(name)) assert.equal(result, 'User.Read', name);
  }
  assert.equal(Object.keys(login).length, 18);
  assert.equal(login['me'], begun.settings['upn']);
  assert.deepEqual(login['unconsented'], [65001]);

  const { containers, ...storage } = await answered(python, STORAGE_SCRIPT, begun);
  const count = (containers as string[]).length;
  assert.ok(count > 4, `${count} containers`);
  const { 'container sas': listed, ...rest } = storage;
  assert.ok(Number(listed) > 0);
  assert.deepEqual(rest, {
    ...{ whole: true, paged: count, account: 'Standard_LRS', properties: false },
    ...{ container: 'available', acl: [], same: true, pieces: true, tags: {}, exists: false },
    ...{ unmodified: 'ok', modified: 'ConditionNotMet' },
    ...{ 'no blob': 'BlobNotFound', 'no container': 'ContainerNotFound' },
    ...{ 'account sas': count, 'list only': 'AuthorizationPermissionMismatch' },
    ...{ 'blob sas': 'ok', expired: 'AuthenticationFailed', token: count, delegated: 'ok' },
  });
  assert.deepEqual(begun.emulator.defects, []);
});

test('a public assessment tool reads the policies of the tenant', async (t) => {
  const python = await pythonWith(join(folder, 'assessment'), ASSESSMENT);
  if ('missing' in python) return t.skip(python.missing);
  const begun = await begin();
  t.after(() => begun.emulator.stop());
  // It ends with 3 if its findings differ from its expectations.
  const { code, stderr, stdout } = await python.run(ASSESSMENT_SCRIPT, begun.settings, begun.env);
  assert.ok(code === 0 || code === 3, `${code} ${stderr} ${stdout}`);
  assert.doesNotMatch(stdout + stderr, /TypeError|AttributeError|KeyError|ValidationError/);
  const file = join(folder, 'assessment.ocsf.json');
  const findings = JSON.parse(readFileSync(file, 'utf8')) as {
    status_code: string;
    status_detail: string;
    metadata: { event_code: string };
  }[];
  assert.ok(findings.length > 60, `${findings.length} findings`);
  for (const { status_detail: detail } of findings) {
    assert.doesNotMatch(detail, /No enabled Conditional Access policies/i);
  }
  const legacy = findings.find(
    ({ metadata }) => metadata.event_code === 'entra_legacy_authentication_blocked',
  );
  assert.match(legacy?.status_detail ?? '', /Block legacy protocols/);
  assert.deepEqual(begun.emulator.defects, []);
});
