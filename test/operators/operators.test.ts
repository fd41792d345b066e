import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { SoftAuthenticator } from '../../tools/testing/soft-authenticator.ts';
import { askJson, assertFsckClean } from '../support/account.ts';
import { type RunningService, startSampleService } from '../support/api/running-service.ts';
import { countersign } from '../support/command-line.ts';
import { temporaryFolder } from '../support/folders.ts';

const PERSON = 'vivian.castellan@northmoor.example';
const root = temporaryFolder('operators');
let service: RunningService;
let origin: string;

before(async () => {
  service = await startSampleService(root);
  origin = `http://localhost:${new URL(service.url).port}`;
});

after(async () => {
  if (service.server.child.exitCode === null) await service.server.end();
});

/** What pages of the service do: one browser with its cookies. */
class Browser {
  readonly #jar = new Map<string, string>();

  async post(path: string, body: object): Promise<Response> {
    const cookie = [...this.#jar].map((pair) => pair.join('=')).join('; ');
    const headers = { 'content-type': 'application/json', origin, cookie };
    const init = { method: 'POST', headers, body: JSON.stringify(body) };
    const response = await fetch(`${origin}${path}`, init);
    for (const each of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(each) ?? [];
      if (value === '') this.#jar.delete(name);
      else this.#jar.set(name, value);
    }
    return response;
  }

  async ask(path: string, headers: object = {}): Promise<Response> {
    const cookie = [...this.#jar].map((pair) => pair.join('=')).join('; ');
    return fetch(`${origin}${path}`, { headers: { cookie, ...headers } });
  }
}

async function signedIn(...args: readonly string[]): Promise<Browser> {
  const { link } = (await askJson(service.dir, ['operators', 'link', ...args])) as { link: string };
  const browser = new Browser();
  const secret = new URL(link).hash.slice(1);
  const response = await browser.post('/api/v1/sign-in/link', { secret });
  assert.equal(response.status, 200, await response.text());
  return browser;
}

async function rows<T>(...args: readonly string[]): Promise<readonly T[]> {
  const { stdout, code, stderr } = await countersign([...args, '--data', service.dir, '--json']);
  assert.equal(code, 0, stderr);
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T);
}

type Operator = { readonly operator: string; readonly sessions: number; readonly revoked: unknown };

test('a break-glass sign-in, and a refused copy, are findings that others see', async () => {
  const authenticator = new SoftAuthenticator();
  const invited = await signedIn('--name', 'ben', '--passkey');
  const begin = await invited.post('/api/v1/sign-in/passkey/registration/options', {});
  const { publicKey } = (await begin.json()) as { publicKey: Record<string, unknown> };
  const made: unknown = JSON.parse(authenticator.create(publicKey, origin));
  const path = '/api/v1/sign-in/passkey/registration';
  assert.equal((await invited.post(path, { credential: made })).status, 200);
  const copy = authenticator.copy();
  assert.equal(await signInWith(authenticator), 200);
  assert.equal(await signInWith(copy), 403);
  const { stdout } = await countersign(['findings', '--data', service.dir, '--json']);
  assert.match(stdout, /The operator local:ben signed in with a break-glass passkey/);
  assert.match(stdout, /The operator local:ben registered a break-glass passkey/);
  assert.match(stdout, /A copy of the break-glass passkey of ben was used/);
});

async function signInWith(authenticator: SoftAuthenticator): Promise<number> {
  const browser = new Browser();
  const asked = await browser.post('/api/v1/sign-in/passkey/options', {});
  const { publicKey } = (await asked.json()) as { publicKey: Record<string, unknown> };
  const credential: unknown = JSON.parse(authenticator.get(publicKey, origin));
  return (await browser.post('/api/v1/sign-in/passkey', { credential })).status;
}

test('operators are listed, revoked at once, and restored', async () => {
  const browser = await signedIn('--name', 'ada', '--role', 'auditor');
  assert.equal((await browser.ask('/api/v1/findings')).status, 200);
  const listed = await rows<Operator>('operators', 'list');
  assert.equal(listed.find(({ operator }) => operator === 'local:ada')?.sessions, 1);
  const revoke = ['operators', 'revoke', 'local:ada', '--reason', 'she left'];
  await askJson(service.dir, revoke);
  assert.equal((await browser.ask('/api/v1/findings')).status, 401);
  const after = await rows<Operator>('operators', 'list');
  const ada = after.find(({ operator }) => operator === 'local:ada');
  assert.equal(ada?.sessions, 0);
  assert.notEqual(ada?.revoked, null);
  const refused = await countersign(['operators', 'link', '--name', 'ada', '--data', service.dir]);
  assert.equal(refused.code, 2);
  assert.match(refused.stderr, /local:ada was revoked/);
  assert.equal((await countersign([...revoke, '--data', service.dir])).code, 2);
  await askJson(service.dir, ['operators', 'restore', 'local:ada', '--reason', 'a mistake']);
  await signedIn('--name', 'ada', '--role', 'auditor');
});

test('roles are listed with the scopes that are in force', async () => {
  const roles = await rows<{ role: string; scopes: readonly string[] }>('operators', 'roles');
  const scopesOf = (name: string) => roles.find(({ role }) => role === name)?.scopes;
  assert.deepEqual(scopesOf('works-council'), ['operators:audit']);
  assert.ok(scopesOf('administrator')?.includes('operators:audit'));
  assert.ok(!scopesOf('auditor')?.includes('names:read'));
});

test('the works council sees who opened the data of a person, and why', async () => {
  const analyst = await signedIn('--name', 'cyd', '--role', 'analyst');
  const reason = { 'countersign-purpose': 'phishing', 'countersign-case': 'IR-7' };
  const path = `/api/v1/events?user=${encodeURIComponent(PERSON)}`;
  const named = await analyst.ask(path, reason);
  assert.equal(named.status, 200, await named.text());
  const council = await signedIn('--name', 'dan', '--role', 'works-council');
  const answer = await council.ask('/api/v1/operators/accesses?case=IR-7');
  assert.equal(answer.status, 200);
  const { items } = (await answer.json()) as { items: readonly Record<string, unknown>[] };
  assert.equal(items.length, 1);
  const [access] = items;
  assert.match(String(access?.['by']), /^operator local:cyd@/);
  assert.equal(access?.['purpose'], 'phishing');
  assert.match(String(access?.['person']), /^person-[0-9a-f]{16}$/);
  // Nothing else is open to the works council.
  assert.equal((await council.ask('/api/v1/findings')).status, 403);
  assert.equal((await analyst.ask('/api/v1/operators/accesses')).status, 403);
});

test('a caller who sees pseudonyms asks about one, and learns no name', async () => {
  const auditor = await signedIn('--name', 'eli', '--role', 'auditor');
  const ask = async (user: string) => {
    const response = await auditor.ask(`/api/v1/events?limit=5&user=${user}`);
    const text = await response.text();
    assert.ok(!text.includes('vivian'), text);
    return { status: response.status, text };
  };
  const named = await ask(PERSON);
  const [pseudonym = ''] = /person-[0-9a-f]{16}/.exec(named.text) ?? [];
  assert.notEqual(pseudonym, '', named.text);
  const { text } = await ask(pseudonym);
  const itemsOf = (body: string) => (JSON.parse(body) as { items: readonly unknown[] }).items;
  assert.notEqual(itemsOf(text).length, 0);
  assert.equal((await ask('person-0000000000000000')).status, 404);
});

test('an administrator creates no token with a scope beyond their own', async () => {
  const administrator = await signedIn('--name', 'fay');
  const create = (scope: string) =>
    administrator.post('/api/v1/tokens', { name: 'made', scope: [scope], expires: '1d' });
  const refused = await create('events:read');
  assert.equal(refused.status, 403);
  assert.match(await refused.text(), /may not give away events:read/);
  assert.equal((await create('operators:read')).status, 200);
});

test('the ledger is whole after all of this', async () => {
  await service.server.end();
  await assertFsckClean(service.dir);
});
