import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { systemClock } from '@countersign/core';
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose';
import { type ReadPage, readPage } from '../../tools/testing/page-reader.ts';
import { SoftAuthenticator } from '../../tools/testing/soft-authenticator.ts';
import { assertFsckClean } from '../support/account.ts';
import { assertOutput } from '../support/assert-output.ts';
import { countersign, type ProcessResult } from '../support/command-line.ts';
import { EndpointNode } from '../support/enforcement/endpoint-node.ts';
import { TENANT } from '../support/enforcement/enforcement-content.ts';
import {
  APP_ID,
  CLIENT_ID,
  SmallEntra,
  TOKENS_APP_ID,
} from '../support/enforcement/small-entra.ts';
import { temporaryFolder } from '../support/folders.ts';

const root = temporaryFolder('oidc');
const ADA = '11111111-7a54-4d0b-9c36-1e5d8a7b6c21';
const ISSUER = 'https://pdp.example.com/tenant1';
const ORIGIN = 'https://pdp.example.com';
const KEYS = join(root, 'external-keys.json');

const DIRECTORY = `tenant: ${TENANT}
people:
  - { id: ${ADA}, kind: member, enabled: true, risk: none, groups: [finance], roles: [] }
groups: [{ id: finance }]
waves: [{ id: pilot, state: open, groups: [finance] }]
`;

type Claims = { readonly countersign_pass?: string };
type Page = ReadPage & { readonly status: number; readonly text: string; readonly cookie: string };

describe('the external method of a node', () => {
  const authenticator = new SoftAuthenticator();
  let entra: SmallEntra;
  let node: EndpointNode;

  before(async () => {
    entra = await SmallEntra.start(TENANT);
    node = await startNode('one');
  });

  after(async () => {
    await node?.serving.end();
    await entra?.stop();
  });

  function startNode(name: string): Promise<EndpointNode> {
    const directory = join(root, 'people.yaml');
    writeFileSync(directory, DIRECTORY);
    for (const who of ['carol', 'dave']) writeKeys(who);
    const more = `  people:
    - { name: carol, key: ${join(root, 'carol.pub')} }
    - { name: dave, key: ${join(root, 'dave.pub')} }
  external:
    clientId: ${CLIENT_ID}
    appId: ${APP_ID}
    tokensAppId: ${TOKENS_APP_ID}
    tenants: [${TENANT}]
    authority: ${entra.origin}
    keys: ${KEYS}
    address: forwarded
    passkeys: { name: Northmoor, shared: ${join(root, 'passkeys')} }
`;
    const tools = [
      { name: 'tool', token: 'token-1', enforcementPoint: 'authzen', resources: '[{type: app}]' },
    ];
    return EndpointNode.start(join(root, name), { directory, tools, more });
  }

  async function post(path: string, form: URLSearchParams, cookie?: string): Promise<Page> {
    const own = cookie === undefined ? {} : { cookie, origin: ORIGIN };
    const headers = { ...own, 'x-forwarded-for': '192.0.2.1, 203.0.113.9' };
    const response = await fetch(`${node.url}${path}`, { method: 'POST', body: form, headers });
    const text = await response.text();
    const [set = ''] = (response.headers.get('set-cookie') ?? '').split(';');
    return { ...readPage(text), status: response.status, text, cookie: set };
  }

  /** Submits the form of a page, whose address is resolved like in a browser. */
  function submit(page: Page, step: string, fields: Record<string, string>): Promise<Page> {
    const form = new URLSearchParams({ token: page.token, ...fields });
    return post(`/eam/${step}`, form, page.cookie);
  }

  async function arrive(): Promise<{ page: Page; requestId: string; form: URLSearchParams }> {
    const { form, requestId } = await entra.request(ADA);
    return { page: await post('/eam/authorize', form), requestId, form };
  }

  const use = (page: Page, by: SoftAuthenticator): Promise<Page> =>
    submit(page, 'passkey', { credential: by.get(page.options, ORIGIN) });

  const run = (...line: readonly string[]): Promise<ProcessResult> =>
    countersign([...line, '--data', node.dir]);

  async function document<T>(path: string): Promise<T> {
    const response = await fetch(`${node.url}${path}`);
    assert.equal(response.status, 200);
    assert.ok(Number(response.headers.get('content-length')) > 0, 'Entra wants its length');
    return (await response.json()) as T;
  }

  test('the documents that Entra reads exist, and only the owner can read the keys', async () => {
    const path = '/.well-known/openid-configuration';
    const metadata = await document<Record<string, string>>(path);
    assert.equal(metadata['issuer'], ISSUER);
    assert.equal(metadata['authorization_endpoint'], `${ISSUER}/eam/authorize`);
    const { keys } = await document<JSONWebKeySet>('/eam/keys.json');
    assert.equal(keys.length, 1);
    assert.equal(keys[0]?.x5c?.length, 1);
  });

  const requests: string[] = [];

  test('a person registers with a code, and the passkey lets them in', async () => {
    const result = await run('passkeys', 'invite', ADA, '--tenant', TENANT);
    assert.equal(result.code, 0, result.stderr);
    const [code = ''] = /[0-9A-Z]{4}(-[0-9A-Z]{4}){3}/.exec(result.stdout) ?? [];
    const { page, requestId } = await arrive();
    const next = await submit(page, 'enroll', { code });
    const credential = authenticator.create(next.options, ORIGIN);
    const registered = await submit(next, 'register', { credential });
    const answer = await use(registered, authenticator);
    assert.equal(answer.action, `${entra.origin}/common/federation/externalauthprovider`);
    const jwks = createLocalJWKSet(await document<JSONWebKeySet>('/eam/keys.json'));
    const { payload } = await jwtVerify(answer.fields['id_token'] ?? '', jwks);
    assert.deepEqual([payload.iss, payload.aud], [ISSUER, CLIENT_ID]);
    requests.push(requestId);
  });

  /** The pass with which a token of ADA would be stamped. */
  async function stamp(): Promise<string | undefined> {
    const { token, event } = await entra.issuance(ADA);
    const response = await fetch(`${node.url}/eam/token-issuance`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify(event),
    });
    assert.equal(response.status, 200);
    const { data } = (await response.json()) as { data: { actions: { claims: Claims }[] } };
    return data.actions[0]?.claims.countersign_pass;
  }

  test('tokens are stamped with their pass until it ends', async () => {
    const pass = (await stamp()) ?? assert.fail('there is a pass');
    assert.equal(await stamp(), pass);
    const ended = await run('passes', 'end', pass, '--reason', 'left');
    assert.equal(ended.code, 0, ended.stderr);
    assert.equal(await stamp(), undefined);
  });

  test('with one node killed, the other accepts passkeys registered at the first', async () => {
    const [first, second] = [node, await startNode('two')];
    const keys = async ({ url }: EndpointNode): Promise<unknown> =>
      (await fetch(`${url}/eam/keys.json`)).json();
    assert.deepEqual(await keys(second), await keys(first));
    await first.serving.end('SIGKILL');
    node = second;
    assert.ok((await use((await arrive()).page, authenticator)).fields['id_token']);
    assert.equal(await second.serving.end(), 0);
    await assertFsckClean(second.dir);
    // The first node is back, and has learned the passkey's counter meanwhile.
    node = await startNode('one');
    assert.ok((await use((await arrive()).page, authenticator)).fields['id_token']);
  });

  test('a passkey, a used hint and their consequences survive a kill -9', async () => {
    const stolen = authenticator.copy();
    const before = await arrive();
    assert.ok((await use(before.page, authenticator)).fields['id_token']);
    requests.push(before.requestId);
    const pass = await stamp();
    assert.ok(pass !== undefined);
    await node.serving.end('SIGKILL');
    node = await startNode('one');
    assert.equal(await stamp(), pass);
    const replayed = await post('/eam/authorize', before.form);
    assert.equal(replayed.status, 400);
    assert.match(replayed.text, /not opened by a sign-in/);
    const { page, requestId } = await arrive();
    assert.ok((await use(page, authenticator)).fields['id_token'], 'it is still known');
    requests.push(requestId);
    await node.serving.end('SIGKILL');
    node = await startNode('one');
    // Its counter is two sign-ins old.
    const again = await use((await arrive()).page, stolen);
    assert.match(again.text, /That did not work/);
    assert.match((await use((await arrive()).page, authenticator)).text, /That did not work/);
  });

  test('a copied passkey is listed with the reason', async () => {
    const { id } = authenticator;
    // A reader sees the revocation once a checkpoint covers it, within a second.
    const listed = await untilIndexed(
      () => run('passkeys', 'list', ADA, '--all', '--json'),
      ({ stdout }) => !stdout.includes('"revoked":null'),
    );
    assertOutput('passkeys list', listed.stdout);
    const [item] = listed.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    assert.equal(item.id, id);
    assert.match(item.revoked.reason, /a copy of it exists/);
    const twice = await run('passkeys', 'revoke', id, '--reason', 'lost');
    assert.equal(twice.code, 2);
    assert.match(twice.stderr, /already revoked/);
    // Authenticators create the ids, and one in 64 begins with a dash.
    const dashed = await run('passkeys', 'revoke', '-OSc7N17', '--reason', 'lost');
    assert.match(dashed.stderr, /could not find the passkey "-OSc7N17"/);
  });

  test('another passkey needs two administrators, each with a key', async () => {
    const invite = ['passkeys', 'invite', ADA, '--tenant', TENANT, '--json'];
    const as = (name: string, key = name): string[] => [
      ...['--as', name, '--sign-with', join(root, `${key}.key`)],
    ];
    const unsigned = await run(...invite);
    assert.equal(unsigned.code, 2);
    assert.match(unsigned.stderr, /two people must sign/);
    const asked = await run(...invite, ...as('carol'));
    assert.equal(asked.code, 0, asked.stderr);
    const { id, code } = JSON.parse(asked.stdout) as { id: string; code: string | null };
    assert.equal(code, null);
    const approve = (...flags: string[]): Promise<ProcessResult> =>
      untilIndexed(() => run('passkeys', 'approve', id, '--json', ...flags));
    for (const flags of [as('carol'), as('dave', 'carol')]) {
      const same = await approve(...flags);
      assert.equal(same.code, 2, same.stderr);
      assert.match(
        same.stderr,
        /two different people must sign|dave is not in enforcementPoints\.people/,
      );
    }
    const listed = await run('passkeys', 'invitations', '--json');
    assertOutput('passkeys invitations', listed.stdout);
    const items = listed.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    assert.deepEqual(
      items.map(({ reason, used, approvedBy }) => [reason, used, approvedBy]),
      [
        ['first', true, null],
        ['recovery', false, null],
      ],
    );
    assert.doesNotMatch(listed.stdout, /codeHash/);
    const agreed = await approve(...as('dave'));
    assert.equal(agreed.code, 0, agreed.stderr);
    assert.match(agreed.stderr, /carol requests that/);
    assert.match((JSON.parse(agreed.stdout) as { code: string }).code, /^.{4}(-.{4}){3}$/);
  });

  test('a refusal is found by its reference', async () => {
    const { page } = await arrive();
    const refused = await submit(page, 'refuse', {});
    const [, reference = ''] = /<code>([0-9a-f-]{14})<\/code>/.exec(refused.text) ?? [];
    const found = await untilIndexed(() => run('show', reference));
    assert.equal(found.code, 0, found.stderr);
    assert.match(found.stdout, /second-factor/);
    assert.match(found.stdout, /203\.0\.113\.9/, "the last address is our balancer's");
  });

  test('limits bodies, and refuses other methods', async () => {
    const large = new URLSearchParams({ state: 'x'.repeat(100_000) });
    const path = `${node.url}/eam/authorize`;
    assert.equal((await fetch(path, { method: 'POST', body: large })).status, 413);
    for (const method of ['GET', 'PUT', 'DELETE']) {
      assert.equal((await fetch(path, { method })).status, 400);
    }
    const nowhere = await fetch(`${node.url}/eam/nowhere`, { method: 'POST' });
    assert.equal(nowhere.status, 404);
    const passive = await fetch(`${node.url}/eam/keys.json`, { method: 'HEAD' });
    assert.equal(passive.status, 200);
  });

  test('the sign-ins that Entra reports are joined to their decisions', async () => {
    const rows = requests.map((requestId, at) => signInRow(requestId, at));
    const file = join(root, 'signIns.ndjson');
    writeFileSync(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    const imported = await run('import', file, '--tenant', TENANT);
    assert.equal(imported.code, 0, imported.stderr);
    const { stdout } = await run('verified', '--json');
    const { decided, checked, unverified } = JSON.parse(stdout);
    assert.deepEqual([decided, checked, unverified], [requests.length, 0, {}]);
    assert.equal(await node.serving.end(), 0);
    await assertFsckClean(node.dir);
  });
});

/** Decisions reach the store within a second or two. */
/** Another node for the same people has the same keys. */
function writeKeys(who: string): void {
  const file = join(root, `${who}.key`);
  if (existsSync(file)) return;
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  writeFileSync(join(root, `${who}.pub`), publicKey.export({ type: 'spki', format: 'pem' }));
  writeFileSync(file, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
}

async function untilIndexed(
  ask: () => Promise<ProcessResult>,
  isCurrent: (answer: ProcessResult) => boolean = () => true,
): Promise<ProcessResult> {
  for (;;) {
    const answer = await ask();
    if (!/not yet indexed/.test(answer.stderr) && isCurrent(answer)) return answer;
  }
}

function signInRow(requestId: string, at: number): object {
  return {
    id: `5b1c5b0e-6e0c-4a71-9a62-${String(at).padStart(12, '0')}`,
    createdDateTime: new Date(systemClock.now()).toISOString(),
    ...{ userId: ADA, userPrincipalName: 'ada@northmoor.example', correlationId: requestId },
    ...{ appId: APP_ID, appDisplayName: 'Outlook', resourceTenantId: TENANT },
    ...{ ipAddress: '203.0.113.9', isInteractive: true, signInEventTypes: ['interactiveUser'] },
    authenticationRequirement: 'multiFactorAuthentication',
    conditionalAccessStatus: 'success',
    status: { errorCode: 0 },
  };
}
