import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { EndpointReply } from '../http/http-exchange.ts';
import { answer, IDENTIFIER, type Json, NOW_MS, TENANT, world } from '../testing/authzen-world.ts';
import {
  BATCH_CHARACTERS_MAX,
  EVALUATION_CHARACTERS_MAX,
  EVALUATIONS_AT_ONCE,
  REQUEST_ID_CHARACTERS_MAX,
  SEARCH_CANDIDATES_MAX,
} from './limits.ts';

const HOUR_MS = 3_600_000;
const ADA = { type: 'user', id: 'ada' };
const READ = { name: 'read' };
const WIKI = { type: 'app', id: 'wiki' };
const PAY = { type: 'app', id: 'pay' };
const WHOLE = { subject: ADA, action: READ, resource: WIKI };

describe('an evaluation over AuthZEN', () => {
  test('is answered with the id of its entry', async () => {
    const { ask, drafts } = world();
    const { decision, context } = await ask('evaluation', WHOLE);
    assert.equal(decision, true);
    assert.deepEqual(context, { id: drafts[0]?.id, obligations: ['log'] });
    assert.deepEqual(
      drafts.map(({ kind, tenant }) => [kind, tenant]),
      [['decision', TENANT]],
    );
  });

  test('opens a pass for a caller that has passes', async () => {
    const { ask, drafts } = world();
    const { context } = await ask('evaluation', WHOLE, { passMs: HOUR_MS });
    const { pass } = context as { pass: { id: string; expires: string } };
    assert.equal(pass.expires, '2026-01-05T10:00:00.000Z');
    assert.equal(drafts[1]?.id, `${pass.id}/opened`);
  });

  for (const [name, changes, cause, admin, user] of [
    [
      'policy forbids',
      { resource: PAY },
      'policy',
      'No person reads a high-risk document.',
      "The company's policy does not allow this",
    ],
    [
      'no policy permits',
      { subject: { type: 'user', id: 'bob' } },
      'no-policy',
      'no policy permits this',
      "The company's policy does not allow this",
    ],
    [
      'the risk is unknown',
      { subject: { type: 'user', id: 'eve' } },
      'unknown',
      'Person "eve" is not known here',
      "We cannot tell whether the company's policy allows this",
    ],
  ] as const) {
    test(`is refused if ${name}, with a specific message`, async () => {
      const { ask, drafts } = world();
      const { decision, context } = await ask('evaluation', { ...WHOLE, ...changes });
      assert.equal(decision, false);
      const id = drafts[0]?.id;
      assert.deepEqual(context, {
        ...{ id, cause, reason_admin: { '403': admin } },
        reason_user: { '403': `${user} (reference ${id}).` },
      });
    });
  }

  test("about another caller's resource gets no answer and no entry", async () => {
    const { ask, drafts } = world();
    const caller = { resources: [{ type: 'app', ids: ['wiki'] }] };
    await assert.rejects(ask('evaluation', { ...WHOLE, resource: PAY }, caller), {
      ...{ code: 'NOT_YOURS', message: 'tool may not ask about this "app"', status: 403 },
    });
    assert.equal(drafts.length, 0);
    assert.equal((await ask('evaluation', WHOLE, caller))['decision'], true);
  });

  test('fails if its entry cannot be written', async () => {
    await assert.rejects(world({ fails: true }).ask('evaluation', WHOLE), {
      ...{ code: 'UNAVAILABLE', status: 503, message: /so access is denied$/ },
    });
  });
});

describe('a batch over AuthZEN', () => {
  const batch = (semantic: string | undefined, ...resources: readonly unknown[]): object => ({
    ...{ subject: ADA, action: READ },
    evaluations: resources.map((resource) => ({ resource })),
    ...(semantic !== undefined && { options: { evaluations_semantic: semantic } }),
  });
  const decisions = ({ evaluations }: Json): readonly unknown[] =>
    (evaluations as readonly Json[]).map(({ decision }) => decision);

  test('is answered in order, each with its own entry', async () => {
    const { ask, drafts } = world();
    const answered = await ask('evaluations', batch(undefined, WIKI, PAY, WIKI));
    assert.deepEqual(decisions(answered), [true, false, true]);
    assert.equal(drafts.length, 3);
    const ids = (answered['evaluations'] as readonly { context: { id: string } }[]).map(
      ({ context }) => context.id,
    );
    assert.deepEqual(
      ids,
      drafts.map(({ id }) => id),
    );
  });

  test('larger than one turn is answered completely and in order', async () => {
    const { ask, drafts } = world();
    const resources = Array.from({ length: 3 * EVALUATIONS_AT_ONCE + 1 }, (_, at) =>
      at % 5 === 0 ? PAY : WIKI,
    );
    const answered = await ask('evaluations', batch(undefined, ...resources));
    assert.deepEqual(
      decisions(answered),
      resources.map((resource) => resource === WIKI),
    );
    assert.equal(drafts.length, resources.length);
    // It ends in a later turn just like in the first.
    const until = Array.from({ length: 2 * EVALUATIONS_AT_ONCE }, () => WIKI);
    const cut = await ask('evaluations', batch('deny_on_first_deny', ...until, PAY, ...until));
    assert.equal(decisions(cut).length, until.length + 1);
  });

  test('gets no answer if one entry cannot be written', async () => {
    const many = Array.from({ length: 3 * EVALUATIONS_AT_ONCE }, () => WIKI);
    await assert.rejects(world({ fails: true }).ask('evaluations', batch(undefined, ...many)), {
      ...{ code: 'UNAVAILABLE', status: 503 },
    });
  });

  test('whose defaults would store too much is not decided', async () => {
    const { ask, drafts } = world();
    const properties = { more: 'x'.repeat(EVALUATION_CHARACTERS_MAX / 2) };
    const count = Math.ceil(BATCH_CHARACTERS_MAX / (EVALUATION_CHARACTERS_MAX / 2));
    const message = {
      ...{ subject: { ...ADA, properties }, action: READ, resource: WIKI },
      evaluations: Array.from({ length: count }, () => ({})),
    };
    await assert.rejects(ask('evaluations', message), {
      ...{ code: 'TOO_LARGE', message: /^the batch has more than \d+ characters/ },
    });
    assert.equal(drafts.length, 0);
  });

  test('without evaluations is one evaluation', async () => {
    const { ask } = world();
    assert.equal((await ask('evaluations', WHOLE))['decision'], true);
  });

  test("denies each item that is unreadable or not the caller's", async () => {
    const { ask, drafts } = world();
    const answered = await ask(
      'evaluations',
      batch(undefined, 'text', { type: 'suite', id: 's' }, WIKI),
    );
    assert.deepEqual(decisions(answered), [false, false, true]);
    const [bad, other] = answered['evaluations'] as readonly Json[];
    assert.deepEqual(bad?.['context'], {
      error: { status: 400, message: 'resource is not an object' },
    });
    assert.deepEqual(other?.['context'], {
      error: { status: 403, message: 'tool may not ask about this "suite"' },
    });
    assert.equal(drafts.length, 1);
  });

  for (const [semantic, resources, expected] of [
    ['deny_on_first_deny', [WIKI, PAY, WIKI], [true, false]],
    ['deny_on_first_deny', ['text', WIKI], [false]],
    ['deny_on_first_deny', [WIKI, WIKI], [true, true]],
    ['permit_on_first_permit', [PAY, WIKI, PAY], [false, true]],
    ['permit_on_first_permit', [PAY, PAY], [false, false]],
  ] as const) {
    test(`${semantic} ends where it should: ${expected.join()}`, async () => {
      const { ask, drafts } = world();
      const answered = await ask('evaluations', batch(semantic, ...resources));
      assert.deepEqual(decisions(answered), expected);
      const all = answered['evaluations'] as readonly { context: Json }[];
      const ended = all.at(-1)?.context;
      const isCut = expected.length < resources.length || semantic === 'deny_on_first_deny';
      const isEnded = expected.at(-1) === (semantic === 'permit_on_first_permit');
      assert.equal(ended?.['reason'], isCut && isEnded ? semantic : undefined);
      assert.ok(all.slice(0, -1).every(({ context }) => context['reason'] === undefined));
      // Results that the caller does not receive were not decided.
      const readable = resources.slice(0, expected.length).filter((each) => each !== 'text');
      assert.equal(drafts.length, readable.length);
    });
  }
});

describe('a search over AuthZEN', () => {
  const ids = ({ results }: Json): readonly unknown[] =>
    (results as readonly Json[]).map(({ id, name }) => id ?? name);
  const WHO = { subject: { type: 'user' }, action: READ, resource: WIKI };

  test('finds subjects, actions and resources, with an entry', async () => {
    const { ask, drafts } = world();
    const who = await ask('search/subject', WHO);
    assert.deepEqual(ids(who), ['ada', 'cleo']);
    assert.deepEqual(who['page'], { next_token: '', count: 2 });
    const what = { subject: ADA, action: READ, resource: { type: 'app' } };
    assert.deepEqual(ids(await ask('search/resource', what)), ['wiki']);
    assert.deepEqual(ids(await ask('search/action', { subject: ADA, resource: WIKI })), ['read']);
    assert.deepEqual(
      drafts.map(({ kind, source }) => [kind, source]),
      drafts.map(() => ['act', 'countersign/act']),
    );
    const [first] = drafts.map(({ body }) => JSON.parse(Buffer.from(body).toString()) as Json);
    assert.deepEqual(first, {
      ...{ v: 1, what: 'access-search', caller: 'tool', results: 2, atMs: NOW_MS },
      question: { searched: 'subject', ...WHO, context: {} },
    });
  });

  test('continues from page to page until the end', async () => {
    const { ask } = world();
    const first = await ask('search/subject', { ...WHO, page: { limit: 1 } });
    assert.deepEqual(ids(first), ['ada']);
    const { next_token: token, count } = first['page'] as { next_token: string; count: number };
    assert.equal(count, 1);
    const second = await ask('search/subject', { ...WHO, page: { limit: 1, token } });
    assert.deepEqual(ids(second), ['cleo']);
    const last = (second['page'] as { next_token: string }).next_token;
    const end =
      last === '' ? second : await ask('search/subject', { ...WHO, page: { token: last } });
    assert.equal((end['page'] as { next_token: string }).next_token, '');
  });

  test('of zero results states that there may be more', async () => {
    const { ask } = world();
    const none = await ask('search/subject', { ...WHO, page: { limit: 0 } });
    assert.deepEqual(ids(none), []);
    const { next_token: token } = none['page'] as { next_token: string };
    assert.notEqual(token, '');
    assert.deepEqual(ids(await ask('search/subject', { ...WHO, page: { token } })), [
      'ada',
      'cleo',
    ]);
  });

  test('that reached its candidate limit continues after it, even without results', async () => {
    const { ask } = world({ strangers: SEARCH_CANDIDATES_MAX });
    const first = await ask('search/subject', WHO);
    assert.deepEqual(ids(first), []);
    const { next_token: token } = first['page'] as { next_token: string };
    assert.notEqual(token, '');
    const second = await ask('search/subject', { ...WHO, page: { token } });
    assert.deepEqual(ids(second), ['ada', 'cleo']);
    assert.equal((second['page'] as { next_token: string }).next_token, '');
  });

  test("examines only the caller's own resources", async () => {
    const { ask } = world();
    const what = { subject: ADA, action: READ, resource: { type: 'app' } };
    const caller = { resources: [{ type: 'app', ids: ['pay'] }] };
    assert.deepEqual(ids(await ask('search/resource', what, caller)), []);
    const theirs = { resources: [{ type: 'app', ids: ['wiki', 'own'] }] };
    assert.deepEqual(ids(await ask('search/resource', what, theirs)), ['wiki']);
    const others = { resources: [{ type: 'suite' }] };
    await assert.rejects(ask('search/resource', what, others), { code: 'NOT_YOURS' });
  });

  test('for a type that no policy knows finds nothing', async () => {
    const { ask } = world();
    const ghost = { ...WHO, subject: { type: 'ghost' } };
    assert.deepEqual(ids(await ask('search/subject', ghost)), []);
    const action = { subject: { type: 'ghost', id: 'a' }, resource: WIKI };
    assert.deepEqual(ids(await ask('search/action', action)), []);
  });

  test('that is too large, or cannot be recorded, gets no answer', async () => {
    const context = { more: 'x'.repeat(EVALUATION_CHARACTERS_MAX) };
    await assert.rejects(world().ask('search/subject', { ...WHO, context }), {
      ...{ code: 'TOO_LARGE', message: /^the question has more than 16384 characters/ },
    });
    await assert.rejects(world({ fails: true }).ask('search/subject', WHO), {
      ...{ code: 'UNAVAILABLE', message: /so there is no answer$/ },
    });
  });
});

describe('the enforcement point of AuthZEN', () => {
  test('publishes its paths to everyone', () => {
    const { endpoint } = world();
    assert.ok(endpoint.has('/access/v1/evaluation') && !endpoint.has('/access/v1/evaluatio'));
    const path = '/.well-known/authzen-configuration/own';
    const reply = endpoint.metadata({ method: 'GET', path });
    assert.equal(reply?.status, 200);
    assert.deepEqual(JSON.parse(String(reply?.body)), {
      policy_decision_point: IDENTIFIER,
      access_evaluation_endpoint: 'https://pdp.contoso.example/own/access/v1/evaluation',
      access_evaluations_endpoint: 'https://pdp.contoso.example/own/access/v1/evaluations',
      search_subject_endpoint: 'https://pdp.contoso.example/own/access/v1/search/subject',
      search_resource_endpoint: 'https://pdp.contoso.example/own/access/v1/search/resource',
      search_action_endpoint: 'https://pdp.contoso.example/own/access/v1/search/action',
    });
    assert.equal(endpoint.metadata({ method: 'HEAD', path })?.status, 200);
    assert.equal(endpoint.metadata({ method: 'POST', path })?.status, 405);
    assert.equal(endpoint.metadata({ method: 'GET', path: '/own' }), undefined);
  });

  test('accepts JSON by POST at its paths', async () => {
    const { endpoint } = world();
    const path = '/access/v1/evaluation';
    await assert.rejects(answer(endpoint, '/access/v1/nothing'), { code: 'UNKNOWN', status: 404 });
    const got = await answer(endpoint, path, { method: 'GET' });
    assert.deepEqual([got.status, got.headers?.['allow']], [405, 'POST']);
    const headers = { 'content-type': 'text/plain' };
    await assert.rejects(answer(endpoint, path, { headers, body: WHOLE }), {
      message: 'the Content-Type is not application/json',
    });
  });

  test('returns the id of a request unchanged', async () => {
    const { endpoint } = world();
    const path = '/access/v1/evaluation';
    const asked = (id: string): Promise<EndpointReply> =>
      answer(endpoint, path, { headers: { 'x-request-id': id }, body: WHOLE });
    assert.equal((await asked('a b~')).headers?.['x-request-id'], 'a b~');
    const longest = 'x'.repeat(REQUEST_ID_CHARACTERS_MAX);
    assert.equal((await asked(longest)).headers?.['x-request-id'], longest);
    for (const bad of [`${longest}x`, 'é', 'a\nb']) {
      await assert.rejects(asked(bad), { code: 'MALFORMED', message: /^X-Request-ID is longer/ });
    }
    const none = await answer(endpoint, path, { body: WHOLE });
    assert.equal(none.headers?.['x-request-id'], undefined);
  });
});
