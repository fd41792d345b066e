import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { TestProvider } from '../../apps/countersign/src/server/api/sign-in/testing/test-provider.ts';
import { askJson, assertFsckClean } from '../support/account.ts';
import { ndjson, records } from '../support/exports.ts';
import { temporaryFolder } from '../support/folders.ts';
import { freePort } from '../support/free-port.ts';
import { ServerProcess } from '../support/server-process.ts';

const root = temporaryFolder('oidc-sign-in');
const dir = join(root, 'data');
let origin: string;
let provider: TestProvider;
let server: ServerProcess;

before(async () => {
  const file = join(root, 'records.json');
  writeFileSync(file, ndjson(records(3)));
  await askJson(dir, ['import', file]);
  origin = `http://127.0.0.1:${await freePort()}`;
  provider = await TestProvider.start({ origin, proof: 'key' });
  assert.equal(provider.proof.kind, 'key');
  const key = join(root, 'client.pem');
  writeFileSync(key, provider.proof.pem, { mode: 0o600 });
  const config = join(root, 'countersign.yaml');
  writeFileSync(config, configText(key));
  server = await ServerProcess.start(dir, config, { TOOL: 'a'.repeat(64) });
});

after(async () => {
  if (server.child.exitCode === null) await server.end();
  await provider.close();
});

function configText(key: string): string {
  return `listen: ${new URL(origin).host}
log: json
operators:
  url: ${origin}
  provider: {issuer: "${provider.issuer}", clientId: countersign, key: {file: ${key}}, keyId: c1}
  assignments:
    - {role: auditor, claimedRole: Auditor}
enforcementPoints:
  listen: 127.0.0.1:0
  url: https://access.example.com
  tools: [{ name: none, tokenHash: { env: TOOL }, resources: [{ type: suite }] }]
`;
}

const REDIRECTS_MAX = 10;

/** A browser that follows redirects between the service and the provider. */
class Browser {
  readonly #jars = new Map<string, Map<string, string>>();

  async request(url: string, init: RequestInit = {}): Promise<Response> {
    const { origin: at } = new URL(url);
    const jar = this.#jars.get(at) ?? new Map<string, string>();
    this.#jars.set(at, jar);
    const cookie = [...jar].map((pair) => pair.join('=')).join('; ');
    const headers = { cookie, ...(init.headers as Record<string, string> | undefined) };
    const response = await fetch(url, { ...init, headers, redirect: 'manual' });
    for (const each of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(each) ?? [];
      if (value === '') jar.delete(name);
      else jar.set(name, value);
    }
    return response;
  }

  /** The first reply that is no redirect, or that leads to a page of the service. */
  async signIn(): Promise<{ at: string; status: number; text: string }> {
    let at = `${origin}/sign-in?return=/findings`;
    for (let count = 0; count < REDIRECTS_MAX; count++) {
      const response = await this.request(at);
      const location = response.headers.get('location');
      const text = await response.text();
      if (location === null) return { at, status: response.status, text };
      at = new URL(location, at).href;
      if (at === `${origin}/findings`) return { at, status: response.status, text };
    }
    throw new Error(`more than ${REDIRECTS_MAX} redirects`);
  }
}

test('a person signs in at a running service, asks, and signs out', async () => {
  provider.claims = { sub: 'ada', roles: ['Auditor'] };
  const browser = new Browser();
  const { at, status, text } = await browser.signIn();
  assert.equal(at, `${origin}/findings`, text);
  assert.equal(status, 302);
  assert.equal((await browser.request(`${origin}/api/v1/findings`)).status, 200);
  const session = await browser.request(`${origin}/sign-in/session`);
  const { who } = (await session.json()) as { readonly who: string };
  assert.match(who, /^operator ada@127\.0\.0\.1:\d+$/);
  const headers = { origin };
  const out = await browser.request(`${origin}/sign-out`, { method: 'POST', headers });
  assert.equal(out.status, 303);
  assert.ok(out.headers.get('location')?.startsWith(`${provider.issuer}/session/end`));
  assert.equal((await browser.request(`${origin}/api/v1/findings`)).status, 401);
});

test('a person without a role gets in nowhere', async () => {
  provider.claims = { sub: 'eve', roles: ['Owner'] };
  const browser = new Browser();
  const { status, text } = await browser.signIn();
  assert.equal(status, 403, text);
  assert.equal((await browser.request(`${origin}/api/v1/findings`)).status, 401);
});

test('the sign-in and the sign-out are entries, and the ledger is whole', async () => {
  await server.end();
  const size = ((await askJson(dir, ['ledger', 'checkpoint'])) as { readonly size: number }).size;
  const shown = await Promise.all(
    Array.from({ length: 6 }, (_, back) => size - 1 - back)
      .filter((index) => index >= 0)
      .map(async (index) => JSON.stringify(await askJson(dir, ['show', String(index)]))),
  );
  for (const what of ['operator-signed-in', 'operator-signed-out']) {
    const entry = shown.find((text) => text.includes(what));
    assert.match(entry ?? '', /operator ada@127\.0\.0\.1/, shown.join('\n'));
  }
  assert.ok(!shown.some((text) => text.includes('operator eve')));
  await assertFsckClean(dir);
});
