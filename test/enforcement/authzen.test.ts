import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { countersignHere } from '../support/command-here.ts';
import { REPOSITORY } from '../support/command-line.ts';
import { EndpointNode } from '../support/enforcement/endpoint-node.ts';
import { PID, writeContent } from '../support/enforcement/enforcement-content.ts';
import { temporaryFolder } from '../support/folders.ts';

const root = temporaryFolder('authzen');

type Answer = { decision: boolean; context?: Record<string, unknown> };

describe('the certification scenario of AuthZEN 1.0', () => {
  let node: EndpointNode;
  before(async () => {
    const { policies, directory } = writeContent(root, 'records');
    node = await EndpointNode.start(join(root, 'records'), {
      ...{ policies, directory },
      tools: [
        {
          ...{ name: 'records', token: 'token-1', enforcementPoint: 'records' },
          resources: '[{ type: record, ids: ["record-*", "record-1"] }]',
        },
        {
          ...{ name: 'other', token: 'token-2', enforcementPoint: 'records' },
          resources: '[{ type: record, ids: ["secret-*"] }]',
          more: '      passFor: 15m\n',
        },
      ],
    });
  });
  after(() => node.serving.end());

  const user = (id: string, properties?: object) => ({
    subject: { type: 'user', id, ...(properties === undefined ? {} : { properties }) },
  });
  const record = (id: string, properties?: object) => ({
    resource: { type: 'record', id, ...(properties === undefined ? {} : { properties }) },
  });
  const action = (name: string, properties?: object) => ({
    action: { name, ...(properties === undefined ? {} : { properties }) },
  });
  const GOOD = { ...user('alice'), ...action('read'), ...record('record-1') };

  const scenario: readonly (readonly [number, object, boolean])[] = [
    [1, GOOD, true],
    [2, { ...GOOD, ...action('write') }, true],
    [3, { ...GOOD, ...user('bob') }, true],
    [4, { ...GOOD, ...user('bob'), ...action('write') }, false],
    [5, { ...GOOD, ...action('write'), ...record('record-1', { status: 'archived' }) }, false],
    [
      6,
      {
        ...{ ...user('bob', { role: 'admin' }), ...action('write') },
        ...record('record-2', { status: 'archived' }),
      },
      true,
    ],
    [7, { ...GOOD, ...action('delete', { soft: true }) }, true],
    [8, { ...GOOD, ...action('delete', { soft: false }) }, false],
  ];
  for (const [number, request, decision] of scenario) {
    test(`decision ${number} is ${decision}`, async () => {
      assert.equal(await node.decision(request), decision);
      // "Idempotent": the same request gets the same answer.
      assert.equal(await node.decision(request), decision);
    });
  }

  const bad: readonly (readonly [string, unknown])[] = [
    ['no subject', { ...GOOD, subject: undefined }],
    ['no action', { ...GOOD, action: undefined }],
    ['no resource', { ...GOOD, resource: undefined }],
    ['no type of the subject', { ...GOOD, subject: { id: 'alice' } }],
    ['no id of the subject', { ...GOOD, subject: { type: 'user' } }],
    ['no name of the action', { ...GOOD, action: {} }],
    ['no type of the resource', { ...GOOD, resource: { id: 'record-1' } }],
    ['no id of the resource', { ...GOOD, resource: { type: 'record' } }],
    ['a text for the subject', { ...GOOD, subject: 'alice' }],
    ['a number for the name of the action', { ...GOOD, action: { name: 123 } }],
    ['invalid JSON', '{"subject": '],
    ['nothing', ''],
    ['a repeated name', JSON.stringify(GOOD).replace('{', '{"action":{"name":"write"},')],
  ];
  for (const [name, request] of bad) {
    test(`answers ${name} with 400 and a sentence`, async () => {
      const { status, body } = await node.ask('/access/v1/evaluation', request);
      assert.equal(status, 400);
      assert.match(String(body), /\w+ \w+/);
    });
  }

  test('answers another Content-Type with 400', async () => {
    const headers = { 'content-type': 'text/plain' };
    assert.equal((await node.ask('/access/v1/evaluation', GOOD, { headers })).status, 400);
  });

  test('returns X-Request-ID as sent', async () => {
    const headers = { 'x-request-id': 'bfe9eb29-ab87-4ca3-be83-a1d5d8305716' };
    const answer = await node.ask('/access/v1/evaluation', GOOD, { headers });
    assert.equal(answer.headers.get('x-request-id'), headers['x-request-id']);
    const long = { 'x-request-id': 'x'.repeat(300) };
    assert.equal((await node.ask('/access/v1/evaluation', GOOD, { headers: long })).status, 400);
  });

  const batch = async (request: object): Promise<Answer[]> => {
    const { status, body } = await node.ask('/access/v1/evaluations', request);
    assert.equal(status, 200, JSON.stringify(body));
    return (body as { evaluations: Answer[] }).evaluations;
  };
  const decisionsOf = (answers: readonly Answer[]): boolean[] =>
    answers.map(({ decision }) => decision);

  test('answers a batch in order, with defaults and invalid items', async () => {
    const answers = await batch({
      ...GOOD,
      evaluations: [
        {},
        action('write'),
        user('bob'),
        { action: { name: 5 } },
        { ...user('carol') },
      ],
    });
    assert.deepEqual(decisionsOf(answers), [true, true, true, false, false]);
    assert.deepEqual(answers[3]?.context, {
      error: { status: 400, message: 'action.name is not a string' },
    });
    assert.equal(answers[4]?.context?.['cause'], 'no-policy');
  });

  test('an empty batch is a single request', async () => {
    for (const evaluations of [[], undefined]) {
      const { body } = await node.ask('/access/v1/evaluations', { ...GOOD, evaluations });
      assert.equal((body as Answer).decision, true);
      assert.equal('evaluations' in (body as object), false);
    }
  });

  test('the two other batch semantics stop at the right item', async () => {
    const of = (evaluations_semantic: string, ...names: string[]) =>
      batch({
        ...{ ...GOOD, ...user('bob'), options: { evaluations_semantic } },
        evaluations: names.map((name) => action(name)),
      });
    const denied = await of('deny_on_first_deny', 'read', 'read', 'write', 'read');
    assert.deepEqual(decisionsOf(denied), [true, true, false]);
    assert.equal(denied[2]?.context?.['reason'], 'deny_on_first_deny');
    const permitted = await of('permit_on_first_permit', 'write', 'read', 'read');
    assert.deepEqual(decisionsOf(permitted), [false, true]);
    assert.deepEqual(decisionsOf(await of('execute_all', 'write', 'read')), [false, true]);
    assert.deepEqual(decisionsOf(await of('deny_on_first_deny', 'read', 'read')), [true, true]);
  });

  test('answers ten thousand items, and refuses more with a named limit', async () => {
    const many = (count: number) => Array.from({ length: count }, () => ({}));
    const answers = await batch({ ...GOOD, evaluations: many(10_000) });
    assert.equal(answers.length, 10_000);
    assert.ok(answers.every(({ decision }) => decision));
    assert.equal(new Set(answers.map(({ context }) => context?.['id'])).size, 10_000);
    const more = { ...GOOD, evaluations: many(10_001) };
    const { status, body } = await node.ask('/access/v1/evaluations', more);
    assert.equal(status, 413);
    assert.match(String(body), /the maximum is 10000/);
    const large = { ...GOOD, context: { a: 'x'.repeat(5_000_000) } };
    assert.equal((await node.ask('/access/v1/evaluations', large)).status, 413);
  });

  const results = async (kind: string, request: object): Promise<unknown[]> => {
    const { status, body } = await node.ask(`/access/v1/search/${kind}`, request);
    assert.equal(status, 200, JSON.stringify(body));
    const { results: found } = body as { results: Record<string, unknown>[] };
    return found.map((each) => each['id'] ?? each['name']);
  };
  const users = { subject: { type: 'user' } };
  const records = { resource: { type: 'record' } };
  const admin = { role: 'admin' };

  test('searches find subjects, resources and actions', async () => {
    const s1 = await results('subject', { ...users, ...action('read'), ...record('record-1') });
    assert.deepEqual(s1, ['alice', 'bob']);
    const s2 = await results('resource', { ...user('alice'), ...action('read'), ...records });
    assert.deepEqual(s2, ['record-1', 'record-2']);
    const s3 = await results('action', { ...user('alice'), ...record('record-1') });
    assert.deepEqual(s3, ['read', 'write']);
    const s4 = await results('subject', { ...users, ...action('write'), ...record('record-2') });
    assert.deepEqual(s4, ['bob']);
    const s5 = await results('resource', {
      ...{ ...user('bob', admin), ...action('write') },
      ...records,
    });
    assert.ok(s5.includes('record-2'));
    const s6 = await results('action', { ...user('bob', admin), ...record('record-2') });
    assert.ok(s6.includes('write'));
  });

  test('searches return pages', async () => {
    const question = { ...users, ...action('read'), ...record('record-1') };
    const ask = async (page: object) => {
      const { body } = await node.ask('/access/v1/search/subject', { ...question, page });
      return body as { page: { next_token: string }; results: { id: string }[] };
    };
    const first = await ask({ limit: 1 });
    assert.deepEqual(first.results, [{ type: 'user', id: 'alice' }]);
    // The specification's own second page omits the limit.
    const second = await ask({ token: first.page.next_token });
    assert.deepEqual(second.results, [{ type: 'user', id: 'bob' }]);
    assert.equal(second.page.next_token, '');
    const none = await ask({ limit: 0 });
    assert.deepEqual(none.results, []);
    assert.notEqual(none.page.next_token, '');
    const other = { ...question, ...action('write'), page: { token: first.page.next_token } };
    assert.equal((await node.ask('/access/v1/search/subject', other)).status, 400);
  });

  test('the metadata lists every endpoint, without authentication', async () => {
    const path = '/.well-known/authzen-configuration/tenant1';
    const response = await fetch(`${node.url}${path}`);
    assert.equal(response.status, 200);
    assert.equal(response.headers.get('content-type'), 'application/json');
    const metadata = (await response.json()) as Record<string, string>;
    const at = 'https://pdp.example.com/tenant1';
    assert.equal(metadata['policy_decision_point'], at);
    assert.equal(metadata['access_evaluation_endpoint'], `${at}/access/v1/evaluation`);
    assert.equal(metadata['search_action_endpoint'], `${at}/access/v1/search/action`);
    const root404 = await fetch(`${node.url}/.well-known/authzen-configuration`);
    assert.equal(root404.status, 404);
  });

  test('an unauthenticated caller gets only the authentication challenge', async () => {
    const response = await fetch(`${node.url}/access/v1/evaluation`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(GOOD),
    });
    assert.equal(response.status, 401);
    assert.equal(response.headers.get('www-authenticate'), 'Bearer realm="countersign"');
    const wrong = await node.ask('/access/v1/evaluation', GOOD, { token: 'guessed' });
    assert.equal(wrong.status, 401);
    assert.match(wrong.headers.get('www-authenticate') ?? '', /error="invalid_token"/);
  });

  test('a caller may ask only about its own resources', async () => {
    const foreign = { ...GOOD, ...record('secret-1') };
    assert.equal((await node.ask('/access/v1/evaluation', foreign)).status, 403);
    const [own, other] = await batch({ ...GOOD, evaluations: [{}, record('secret-1')] });
    assert.equal(own?.decision, true);
    const refused = other?.context?.['error'] as { status: number } | undefined;
    assert.equal(refused?.status, 403);
    const page = { ...GOOD, resource: { type: 'page', id: 'x' } };
    assert.equal((await node.ask('/access/v1/search/subject', page)).status, 403);
    // A search never finds another caller's resources, even if policies would permit it.
    const found = await results('resource', { ...user('alice'), ...action('read'), ...records });
    assert.ok(!found.includes('secret-1'));
    const { body } = await node.ask('/access/v1/evaluation', foreign, { token: 'token-2' });
    assert.equal((body as Answer).decision, true);
    assert.ok((body as Answer).context?.['pass'], 'its permits open passes');
  });

  test('refuses other methods and paths', async () => {
    const get = await fetch(`${node.url}/access/v1/evaluation`, {
      headers: { authorization: 'Bearer token-1' },
    });
    assert.equal(get.status, 405);
    assert.equal(get.headers.get('allow'), 'POST');
    assert.equal((await node.ask('/access/v1/other', GOOD)).status, 404);
  });

  test('every answer is an entry of the ledger', async () => {
    const { body } = await node.ask('/access/v1/evaluation', GOOD);
    const id = String((body as Answer).context?.['id']);
    assert.equal(await node.serving.end(), 0);
    const { code, stdout } = await countersignHere([
      'ledger',
      'fsck',
      '--data',
      node.dir,
      '--json',
    ]);
    assert.equal(code, 0, stdout);
    const sql = `SELECT count(*) AS n FROM entries WHERE kind = 'decision' AND id = '${id}'`;
    const found = await countersignHere(['query', sql, '--data', node.dir, '--json']);
    assert.equal((JSON.parse(found.stdout) as { n: number }).n, 1, found.stderr);
  });
});

test('the todo application of the interoperability event gets the expected decisions', async () => {
  const { policies, directory } = writeContent(root, 'todo');
  const node = await EndpointNode.start(join(root, 'todo'), {
    ...{ policies, directory },
    tools: [
      {
        ...{ name: 'todo', token: 'token-1', enforcementPoint: 'todo' },
        resources: '[{ type: todo }, { type: user }]',
      },
    ],
  });
  try {
    const ask = (who: string, name: string, ownerID?: string): Promise<boolean> =>
      node.decision({
        subject: { type: 'user', id: PID[who] },
        action: { name },
        resource:
          name === 'can_read_user'
            ? { type: 'user', id: PID['Beth'] }
            : { type: 'todo', id: 't', ...(ownerID && { properties: { ownerID } }) },
      });
    const people = ['Rick', 'Morty', 'Summer', 'Beth', 'Jerry'];
    const all = (name: string, owner?: (who: string) => string): Promise<boolean[]> =>
      Promise.all(people.map((who) => ask(who, name, owner?.(who))));
    const citadel = ['Rick', 'Morty'];
    const mail = (who: string): string =>
      `${who.toLowerCase()}@the-${citadel.includes(who) ? 'citadel' : 'smiths'}.com`;
    const [every, makers] = [people.map(() => true), [true, true, true, false, false]];
    assert.deepEqual(await all('can_read_user'), every);
    assert.deepEqual(await all('can_read_todos'), every);
    assert.deepEqual(await all('can_create_todo'), makers);
    assert.deepEqual(await all('can_update_todo', mail), makers);
    assert.deepEqual(await all('can_delete_todo', mail), makers);
    const others = [true, false, false, false, false];
    assert.deepEqual(await all('can_update_todo', () => 'nobody@x.com'), others);
    assert.deepEqual(await all('can_delete_todo', () => 'nobody@x.com'), others);

    const { body } = await node.ask('/access/v1/evaluations', {
      subject: { type: 'user', id: PID['Rick'] },
      action: { name: 'can_update_todo' },
      evaluations: ['rick@the-citadel.com', 'jerry@the-smiths.com'].map((ownerID, at) => ({
        resource: { type: 'todo', id: `todo-${at}`, properties: { ownerID } },
      })),
    });
    const { evaluations } = body as { evaluations: Answer[] };
    assert.deepEqual(
      evaluations.map(({ decision }) => decision),
      [true, true],
    );
  } finally {
    await node.serving.end();
  }
});

test('policies of one tool check no sign-in unless an operator chose them', async () => {
  const { policies, directory } = writeContent(join(root, 'one-tool'), 'records');
  const sample = join(REPOSITORY, 'content', 'sample', 'export');
  const tools = [
    { name: 'wiki', token: 'token-1', enforcementPoint: 'authzen', resources: '[{ type: app }]' },
  ];
  const run = async (dir: string, ...args: readonly string[]): Promise<string> => {
    const { stdout, stderr, code } = await countersignHere([...args, '--data', dir, '--json']);
    assert.ok(code === 0 || code === 3, stderr);
    return stdout;
  };
  /** Opens the enforcement point over existing sign-ins, and adds more afterwards. */
  const opened = async (dir: string, settings: object): Promise<VerifiedReport> => {
    await run(dir, 'import', join(sample, 'sign-ins.json.gz'));
    const node = await EndpointNode.start(dir, { directory, tools, ...settings });
    await node.serving.end();
    await run(dir, 'import', join(sample, 'ual-entra.csv.gz'));
    return JSON.parse(await run(dir, 'verified')) as VerifiedReport;
  };
  const alone = join(root, 'one-tool-alone');
  const { checked, disagreements, unverified } = await opened(alone, {});
  assert.deepEqual([checked, disagreements], [0, 0]);
  assert.deepEqual(Object.keys(unverified), ['no policy']);
  assert.equal(await run(alone, 'findings', '--rule', 'check'), '');

  // Policies of the tool do not replace those that an operator put in force for sign-ins.
  const beside = join(root, 'one-tool-beside');
  await run(beside, 'policy', 'use');
  const before = await opened(beside, { policies });
  assert.ok(!('no policy' in before.unverified), JSON.stringify(before.unverified));
});

type VerifiedReport = {
  readonly checked: number;
  readonly disagreements: number;
  readonly unverified: Readonly<Record<string, number>>;
};
