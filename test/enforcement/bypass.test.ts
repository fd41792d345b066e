import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { systemClock } from '@countersign/core';
import { type Emulator, startEmulator } from '@countersign/emulator';
import { browse, type Stand } from '@countersign/emulator/testing/browser';
import { ExternalProvider } from '@countersign/emulator/testing/external-provider';
import { assertOutput } from '../support/assert-output.ts';
import { countersign, type ProcessResult } from '../support/command-line.ts';
import { sha256 } from '../support/enforcement/enforcement-content.ts';
import { temporaryFolder } from '../support/folders.ts';
import { ServerProcess } from '../support/server-process.ts';

const root = temporaryFolder('enforcement-bypass');
const REDIRECT = 'http://localhost:4180/callback';
const SECRET = 'bypass~8f1c';
const common = { isEnabled: true, certificates: [], isPublic: false, redirectUris: [], scopes: {} };

const WIKI = {
  ...{ ...common, clientId: '9c2b7d64-1f0a-4e7b-8a55-6c1f2f3f4a10', name: 'Wiki' },
  ...{ objectId: '2b3c4d5e-6f70-4182-93a4-b5c6d7e8f901', secrets: [], roles: {}, isPublic: true },
  ...{ scopes: { 'https://graph.microsoft.com': ['User.Read'] }, redirectUris: [REDIRECT] },
};

/** The identity for bypasses only: it has the required rights, and no others. */
const BYPASSER = {
  ...{ ...common, clientId: '41d7a5c2-90be-4c8f-a6d3-72e0b9f3c514', name: 'Countersign bypasses' },
  ...{ objectId: '5e0c7a31-4d92-4b6e-8f17-c3a2d9b84e60', secrets: [SECRET] },
  roles: { 'https://graph.microsoft.com': ['Policy.ReadWrite.AuthenticationMethod'] },
};

type BypassItem = {
  readonly bypass: string;
  readonly requestedBy: string;
  readonly approvedBy: string | null;
  readonly endedBy: string | null;
  readonly effect: { readonly wanted: string; readonly state: string } | null;
  readonly entries: readonly number[];
};

describe('two people take a group past the enforcement point, and back', () => {
  const dir = join(root, 'node');
  const config = join(root, 'node.yaml');
  let emulator: Emulator;
  let provider: ExternalProvider;
  let serving: ServerProcess;
  let tenantId: string;
  let group: string;
  let upn: string;

  before(async () => {
    emulator = await startEmulator({
      ...{ startMs: systemClock.now(), tenants: [{ people: 20, apps: [WIKI, BYPASSER] }] },
      subscribed: 'before',
    });
    provider = await ExternalProvider.start({
      authority: () => emulator.origins['login'] ?? '',
      now: () => emulator.clock.now(),
    });
    const [{ tenantId: tenant = '' } = assert.fail()] = emulator.tenants;
    tenantId = tenant;
    const { clientId, appId, origin } = provider;
    emulator.companies.connectMethod(tenantId, {
      ...{ displayName: 'Countersign', clientId, appId },
      discoveryUrl: `${origin}/.well-known/openid-configuration`,
      authorizationEndpoint: `${origin}/authorize`,
    });
    ({ group, upn } = memberOfSomething(emulator, tenantId));
    writeConfig();
    serving = await ServerProcess.start(dir, config, {
      BYPASS_SECRET: SECRET,
      TOOL: sha256('tool'),
    });
  });
  after(async () => {
    assert.equal(await serving.end(), 0);
    assert.equal((await countersign(['ledger', 'fsck', '--data', dir])).code, 0);
    await provider.stop();
    assert.deepEqual(emulator.defects, []);
    await emulator.stop();
  });

  function writeConfig(): void {
    for (const name of ['ada', 'ben', 'mallory']) {
      const { publicKey, privateKey } = generateKeyPairSync('ed25519');
      writeFileSync(join(root, `${name}.pub`), publicKey.export({ type: 'spki', format: 'pem' }));
      writeFileSync(join(root, `${name}.key`), privateKey.export({ type: 'pkcs8', format: 'pem' }));
    }
    writeFileSync(
      config,
      `listen: 127.0.0.1:0
log: json
enforcementPoints:
  listen: 127.0.0.1:0
  url: https://access.example.com
  tools: [{ name: entra, tokenHash: { env: TOOL }, resources: [{ type: suite }] }]
  bypass:
    tenant: ${tenantId}
    authority: ${emulator.origins['login']}
    graph: ${emulator.origins['graph']}
    credentials: { clientId: ${BYPASSER.clientId}, secret: { env: BYPASS_SECRET } }
    method: ${methodIn(emulator, tenantId)}
  people:
    - { name: ada, key: ${join(root, 'ada.pub')} }
    - { name: ben, key: ${join(root, 'ben.pub')} }
`,
    );
  }

  const bypass = (line: readonly string[], as: string, key = as): Promise<ProcessResult> =>
    countersign(
      [
        ...['bypass', ...line, '--as', as, '--sign-with', join(root, `${key}.key`)],
        ...(line.includes('--config') ? [] : ['--config', config]),
        ...['--data', dir, '--json'],
      ],
      { env: { BYPASS_SECRET: SECRET, TOOL: sha256('tool') } },
    );
  const request = async (): Promise<string> => {
    const asked = await bypass(
      ['request', group, '--reason', 'the enforcement point has failed'],
      'ada',
    );
    assert.equal(asked.code, 0, asked.stderr);
    assertOutput('bypass request', asked.stdout);
    const { bypass: id, effect } = JSON.parse(asked.stdout) as BypassItem;
    assert.equal(effect, null);
    return id;
  };
  /** Whether a sign-in of a group member is sent to the provider. */
  const isSentToProvider = async (): Promise<boolean> => {
    provider.asked = new URLSearchParams();
    const stand = await signIn(emulator, tenantId, upn);
    assert.equal(stand.kind, 'sent-away', JSON.stringify(stand));
    return provider.asked.size > 0;
  };

  test('one person alone changes nothing', async () => {
    assert.equal(await isSentToProvider(), true);
    const id = await request();
    for (const [as, key] of [
      ['ada', 'ada'],
      // Another person under the name of an authorized one.
      ['ben', 'mallory'],
      ['mallory', 'mallory'],
    ] as const) {
      const { code, stderr } = await bypass(['approve', id], as, key);
      assert.equal(code, 2, stderr);
      assert.match(stderr, /could not process the bypass/);
    }
    assert.equal(await isSentToProvider(), true);
  });

  test('a person with their own configuration of people changes nothing', async () => {
    const own = join(root, 'own.yaml');
    const text = readFileSync(config, 'utf8');
    writeFileSync(own, text.replace(join(root, 'ben.pub'), join(root, 'mallory.pub')));
    const id = await request();
    const { code, stderr } = await bypass(['approve', id, '--config', own], 'ben', 'mallory');
    assert.equal(code, 2, stderr);
    assert.match(stderr, /ben is not in enforcementPoints\.people, or did not sign it/);
    assert.equal(await isSentToProvider(), true);
  });

  test('refuses a configuration with one key under two names', async () => {
    const twice = join(root, 'twice.yaml');
    const text = readFileSync(config, 'utf8');
    writeFileSync(twice, text.replace(join(root, 'ben.pub'), join(root, 'ada.pub')));
    const { code, stderr } = await countersign(
      ['serve', '--config', twice, '--data', join(root, 'twice')],
      { env: { BYPASS_SECRET: SECRET, TOOL: sha256('tool') } },
    );
    assert.equal(code, 2, stderr);
    assert.match(stderr, /could not use the key of ben: ada has the same key/);
  });

  test('two people start a bypass, and one ends it; each step is an entry', async () => {
    const id = await request();
    const approved = await bypass(['approve', id], 'ben');
    assert.equal(approved.code, 0, approved.stderr);
    // The approver is shown what they approve.
    assert.match(
      approved.stderr,
      /ada requests that the group .* bypasses the external method until/,
    );
    const agreed = JSON.parse(approved.stdout) as BypassItem;
    assert.deepEqual([agreed.requestedBy, agreed.approvedBy], ['ada', 'ben']);
    assert.deepEqual([agreed.effect?.wanted, agreed.effect?.state], ['past us', 'done']);
    assert.equal(await isSentToProvider(), false);

    const undone = await bypass(['undo', id, '--reason', 'it works again'], 'ada');
    assert.equal(undone.code, 0, undone.stderr);
    const ended = JSON.parse(undone.stdout) as BypassItem;
    assert.deepEqual([ended.effect?.wanted, ended.effect?.state], ['by us', 'done']);
    assert.equal(await isSentToProvider(), true);
    // A finished bypass can be neither approved nor ended again.
    assert.equal((await bypass(['approve', id], 'ben')).code, 2);
    assert.equal((await bypass(['undo', id, '--reason', 'x'], 'ben')).code, 2);

    const listed = await countersign(['bypass', 'list', '--data', dir, '--json']);
    const formerly = await countersign(['door', 'drain', 'list', '--data', dir, '--json']);
    assert.equal(formerly.stdout, listed.stdout);
    assertOutput('bypass list', listed.stdout);
    const item = listed.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as BypassItem)
      .find((each) => each.bypass === id);
    // Requested, approved, started, done; ended, started, done.
    assert.equal(item?.entries.length, 7);
    assert.equal(item.endedBy, 'ada');
  });
});

function signIn(emulator: Emulator, tenantId: string, upn: string): Promise<Stand> {
  const query = new URLSearchParams({
    ...{ client_id: WIKI.clientId, response_type: 'code', redirect_uri: REDIRECT },
    scope: 'openid https://graph.microsoft.com/User.Read',
    code_challenge: createHash('sha256').update('v'.repeat(43)).digest('base64url'),
    ...{ code_challenge_method: 'S256', login_hint: upn },
  });
  return browse(`${emulator.origins['login']}/${tenantId}/oauth2/v2.0/authorize?${query}`);
}

function methodIn({ companies }: Emulator, tenantId: string): string {
  const state = companies.directories.get(tenantId)?.state;
  const [method] = [...(state?.list('authenticationMethodConfigurations') ?? [])];
  return method?.object.id ?? assert.fail();
}

/** A group of the company, and a person in it. */
function memberOfSomething(
  { companies, tenants }: Emulator,
  tenantId: string,
): { readonly group: string; readonly upn: string } {
  const state = companies.directories.get(tenantId)?.state;
  const { population } = tenants[0] ?? assert.fail();
  for (const { object } of state?.list('groups') ?? []) {
    for (let n = 0; n < 20; n++) {
      const { upn, objectId } = population.person(n);
      if (state?.isRelated(object.id, 'members', objectId)) return { group: object.id, upn };
    }
  }
  return assert.fail('no group has a member');
}
