import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { NOT_OFFERED, PLACES } from '../../apps/countersign/src/operations/offers.ts';
import { loadOperations } from '../../apps/countersign/src/operations/registry.ts';
import { apiRoutes } from '../../apps/countersign/src/server/api/operations/api-route.ts';
import { EVERYONE, type SampleApi, sampleApi } from '../support/api/sample-api.ts';
import { temporaryFolder } from '../support/folders.ts';

const root = temporaryFolder('api-operations');
let api: SampleApi;
before(async () => {
  api = await sampleApi(root);
});
after(() => api[Symbol.asyncDispose]());

const OPERATIONS = await loadOperations();
const ROUTES = apiRoutes(OPERATIONS);

type Reply = Readonly<Record<string, unknown>> & {
  readonly items: readonly Record<string, unknown>[];
  readonly answer: { readonly kind: string; readonly because: readonly object[] };
  readonly complete: { readonly kind: string; readonly because: readonly object[] };
  readonly result: Record<string, unknown>;
  readonly next: string | null;
  readonly code: string;
};

async function json(response: Response): Promise<Reply> {
  return (await response.json()) as Reply;
}

test('every operation is offered once, or there is a reason why not', () => {
  const names = new Set(OPERATIONS.map(({ name }) => name));
  for (const name of [...Object.keys(NOT_OFFERED), ...Object.keys(PLACES)]) {
    assert.ok(names.has(name), `${name} is no operation`);
  }
  for (const { name, isStep } of OPERATIONS) {
    const offers = ROUTES.filter(({ operation }) => operation.name === name);
    const isOffered = isStep !== true && NOT_OFFERED[name] === undefined;
    assert.equal(offers.length, isOffered ? 1 : 0, name);
  }
  const places = ROUTES.map(({ method, path }) => `${method} ${path.replaceAll(/\{\w+\}/g, '{}')}`);
  assert.deepEqual(places, [...new Set(places)], 'no two operations share a place');
});

test('an operation that is offered needs no member that a caller elsewhere cannot give', () => {
  for (const { operation, members } of ROUTES) {
    const required = operation.input.safeParse({});
    if (required.success) continue;
    const offered = new Set(members.map(({ name }) => name));
    for (const { path, code } of required.error.issues) {
      const [member] = path;
      if (code !== 'invalid_type' || member === undefined) continue;
      assert.ok(offered.has(String(member)), `${operation.name} needs ${String(member)}`);
    }
  }
});

for (const { operation, method, path, members } of ROUTES) {
  for (const [at, example] of operation.examples.entries()) {
    if (!('runsOn' in example) || operation.name === 'tail') continue;
    test(`${method} ${path} answers as the command line does (${at})`, async () => {
      const { url, body } = requestOf(path, method, members, example.input);
      const response = await api.send(url, { method, ...body });
      const reply = await json(response);
      const said = `${JSON.stringify(reply).slice(0, 400)} ${String(api.failures)}`;
      assert.equal(response.status, 200, said);
      const answer = operation.kind === 'list' ? reply.complete : reply.answer;
      assert.match(answer.kind, /^(?:yes|no|unknown)$/, said);
      if (answer.kind !== 'yes') assert.ok(answer.because.length > 0, said);
      if (operation.kind === 'list') for (const item of reply.items) operation.output.parse(item);
      else if (reply.result !== null) operation.output.parse(reply.result);
      assert.deepEqual(api.failures, []);
    });
  }
}

function requestOf(
  path: string,
  method: string,
  members: (typeof ROUTES)[number]['members'],
  input: Readonly<Record<string, unknown>>,
): { readonly url: string; readonly body: RequestInit } {
  const query = new URLSearchParams();
  const body: Record<string, unknown> = {};
  let url = `/api/v1${path}`;
  for (const { name, place } of members) {
    const value = input[name];
    if (value === undefined) continue;
    if (place === 'path') url = url.replace(`{${name}}`, encodeURIComponent(value as string));
    else if (place === 'query') {
      for (const each of [value].flat()) query.append(name, each as string);
    } else body[name] = value;
  }
  if (query.size > 0) url += `?${query}`;
  if (method === 'GET') return { url, body: {} };
  const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
  const headers = { 'content-type': type, 'if-match': '*' };
  return { url, body: { headers, body: JSON.stringify(body) } };
}

test('each operation needs its scope, and says which', async () => {
  for (const { operation, method, path } of ROUTES) {
    const all = new Set<string>(OPERATIONS.map(({ scope }) => scope));
    all.delete(operation.scope);
    // One caller may not ask so much at once.
    api.callers.set('less', { ...EVERYONE, who: `token ${operation.name}`, scopes: all });
    const headers = { authorization: 'Bearer less', 'content-type': 'application/json' };
    const response = await api.send(`/api/v1${path.replaceAll(/[{}]/g, '')}`, { method, headers });
    assert.equal(response.status, 403, operation.name);
    assert.match(response.headers.get('www-authenticate') ?? '', new RegExp(operation.scope));
    assert.equal((await json(response)).code, 'scope');
  }
});

test('a caller of one tenant sees no other, and asks nothing about all of them', async () => {
  const stranger = '00000000-0000-4000-8000-000000000001';
  api.callers.set('own', { ...EVERYONE, tenants: new Set([stranger as never]) });
  const headers = { authorization: 'Bearer own' };
  const own = await json(await api.send('/api/v1/findings', { headers }));
  assert.deepEqual(own.items, []);
  assert.equal(own.complete.kind, 'unknown', 'nothing is known about this tenant');
  const other = '/api/v1/findings?tenant=00000000-0000-4000-8000-000000000002';
  assert.equal((await api.send(other, { headers })).status, 403);
  for (const path of ['/incidents', '/entries/0', '/ledger/checkpoint', '/brief']) {
    assert.equal((await api.send(`/api/v1${path}`, { headers })).status, 403, path);
  }
  const tail = await (await api.send('/api/v1/tail?kind=event', { headers })).text();
  assert.deepEqual(
    new Set(
      tail
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).kind),
    ),
    new Set(['mark']),
  );
});

test('a caller without names gets every value through the replacement', async () => {
  api.callers.set('pseudonyms', { ...EVERYONE, people: 'pseudonyms' });
  const headers = { authorization: 'Bearer pseudonyms' };
  const found = await json(await api.send('/api/v1/findings', { headers }));
  assert.deepEqual(new Set(found.items as unknown[]), new Set(['hidden']));
  assert.equal((await json(await api.send('/api/v1/brief', { headers }))).result, 'hidden');
  const { result } = await json(await api.send('/api/v1/entries/5/proof', { headers }));
  assert.match(String(result['proof']), /^c2sp\.org\/tlog-proof@v1\n/, 'a proof stays as it is');
  assert.equal((await api.send('/api/v1/entries/5', { headers })).status, 403);
});

test('pages are of one moment, and hold everything once', async () => {
  const whole = await json(await api.send('/api/v1/events?limit=1000'));
  const paged: unknown[] = [];
  let cursor = '';
  for (let pages = 0; pages < 20; pages++) {
    const page = await json(await api.send(`/api/v1/events?limit=97${cursor}`));
    assert.deepEqual(page['asOf'], whole['asOf']);
    paged.push(...page.items);
    if (page.next === null || paged.length > 1000) break;
    cursor = `&cursor=${page.next}`;
  }
  assert.deepEqual(paged.slice(0, 1000), whole.items);
});

test('a page that was lost on the way can be read again, and an older one is gone', async () => {
  const first = await json(await api.send('/api/v1/events?limit=10'));
  const url = `/api/v1/events?limit=10&cursor=${first.next}`;
  const second = await json(await api.send(url));
  assert.deepEqual(await json(await api.send(url)), second);
  await api.send(`/api/v1/events?limit=10&cursor=${second.next}`);
  const old = await api.send(url);
  assert.equal(old.status, 410);
  assert.equal((await json(old)).code, 'cursor-expired');
});

test('a cursor is bound to its question and its caller, and cannot be forged', async () => {
  const { next } = await json(await api.send('/api/v1/events?limit=10'));
  const forged = `${next?.slice(0, -4)}AAAA`;
  api.callers.set('other', { ...EVERYONE, who: 'token other' });
  const other = { headers: { authorization: 'Bearer other' } };
  for (const [url, init] of [
    [`/api/v1/events?limit=10&ip=192.0.2.118&cursor=${next}`, {}],
    [`/api/v1/findings?cursor=${next}`, {}],
    [`/api/v1/events?limit=10&cursor=${next}`, other],
    [`/api/v1/events?cursor=${forged}`, {}],
    ['/api/v1/events?cursor=', {}],
    ['/api/v1/events?cursor=x', {}],
  ] as const) {
    const response = await api.send(url, init);
    assert.equal(response.status, 400, url);
    assert.equal((await json(response)).code, 'invalid-cursor');
  }
});

test('bad requests get a problem that says what to do, and change nothing', async () => {
  const cases: readonly (readonly [string, RequestInit, number, string])[] = [
    ['/api/v1/findings?minSeverty=high', {}, 400, 'unknown-parameter'],
    ['/api/v1/findings?minSeverity=worst', {}, 400, 'invalid-input'],
    ['/api/v1/findings?limit=0', {}, 400, 'invalid-limit'],
    ['/api/v1/findings?limit=1001', {}, 400, 'invalid-limit'],
    ['/api/v1/findings?tenant=x', {}, 400, 'invalid-tenant'],
    ['/api/v1/findings?from=2026-13-01', {}, 400, 'invalid-input'],
    ['/api/v1/findings/zzzz', {}, 400, 'invalid-input'],
    ['/api/v1/nothing', {}, 404, 'not-found'],
    ['/api/v1/findings', { method: 'DELETE' }, 405, 'method'],
    ['/api/v1/query', post('{"sql":"SELECT 1","sql":"SELECT 2"}'), 400, 'repeated-member'],
    ['/api/v1/query', post('[]'), 400, 'invalid-json'],
    ['/api/v1/query', post('{"sql"'), 400, 'invalid-json'],
    ['/api/v1/query', post('{"sql":"SELECT 1","x":1}'), 400, 'unknown-parameter'],
    ['/api/v1/query', post('{"sql":"SELECT 1"}', 'text/plain'), 415, 'media-type'],
    ['/api/v1/tail?from=999999999', {}, 400, 'invalid-input'],
    ['/api/v1/tail?wait=x', {}, 400, 'invalid-wait'],
  ];
  for (const [url, init, status, code] of cases) {
    const response = await api.send(url, init);
    const problem = await json(response);
    assert.equal(response.headers.get('content-type'), 'application/problem+json', url);
    assert.deepEqual(
      [response.status, problem.code],
      [status, code],
      `${url}: ${JSON.stringify(problem)}`,
    );
    assert.equal(problem['status'], status);
  }
  assert.equal(
    (await api.send('/api/v1/findings', { headers: { authorization: 'Bearer no' } })).status,
    401,
  );
  assert.deepEqual(api.failures, []);
});

function post(body: string, type: string = 'application/json'): RequestInit {
  return { method: 'POST', body, headers: { 'content-type': type } };
}

const FINDING = '/api/v1/findings/3faa0';

function patch(body: object, headers: Record<string, string> = {}): RequestInit {
  return {
    method: 'PATCH',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/merge-patch+json', ...headers },
  };
}

test('of two operators at one finding, the second learns of the first', async () => {
  const seen = await api.send(FINDING);
  const etag = seen.headers.get('etag') ?? '';
  const again = await api.send(FINDING, { headers: { 'if-none-match': etag } });
  assert.equal(again.status, 304);
  const unconditional = await api.send(FINDING, patch({ status: 'resolved', reason: 'x' }));
  assert.equal(unconditional.status, 428);
  const marks = ['in-progress', 'resolved'].map((status) =>
    api.send(FINDING, patch({ status, reason: `${status} by one` }, { 'if-match': etag })),
  );
  const [first, second] = await Promise.all(marks);
  assert.equal(first?.status, 200, await first?.text());
  assert.equal(second?.status, 412);
  const current = (await json(second as Response)).result['finding'] as { status: string };
  assert.equal(current.status, 'In Progress', 'the second sees the finding as it is now');
});

test('an incident shows who works on it, and a second operator learns of the first', async () => {
  // An erasure before this test splits the incident, so one of its findings names it.
  const incident = '/api/v1/incidents/56c97';
  const etag = (await api.send(incident)).headers.get('etag') ?? '';
  const both = ['ada', 'grace'].map((assignee) =>
    api.send(incident, patch({ assignee, comment: `${assignee} is on it` }, { 'if-match': etag })),
  );
  const [first, second] = await Promise.all(both);
  assert.equal(first?.status, 200, await first?.text());
  assert.equal(second?.status, 412);
  const { assignee, work } = (await json(second as Response)).result as {
    readonly assignee: string;
    readonly work: readonly {
      readonly kind: string;
      readonly value: string;
      readonly by: string;
    }[];
  };
  assert.equal(assignee, 'ada');
  const own = work.filter(({ by }) => by !== undefined).slice(-2);
  assert.deepEqual(
    own.map(({ kind, value }) => [kind, value]),
    [
      ['assignment', 'ada'],
      ['comment', 'ada is on it'],
    ],
  );
  assert.ok(
    own.every(({ by }) => by.includes('@')),
    'each act names its operator',
  );
  const nothing = await api.send(incident, patch({}, { 'if-match': '*' }));
  assert.equal((await json(nothing)).code, 'invalid-input');
});

// A period of its own: the example has counted the whole.
test('the overview replies at once without its numbers, and keeps them once counted', async () => {
  const get = async (query: string) =>
    (await json(await api.send(`/api/v1/overview?from=2026-03-03${query}`))).result;
  assert.equal((await get('&wait=false'))['numbers'], null);
  const counted = (await get(''))['numbers'];
  const { accounted } = counted as { readonly accounted: { readonly whole: number } };
  assert.ok(accounted.whole > 5000);
  assert.deepEqual((await get('&wait=false'))['numbers'], counted);
  const answer = (await get('&wait=false'))['accounted'] as { readonly answer: string };
  assert.equal(answer.answer, 'unknown', 'a file cannot prove that none is missing');
});

test('a repeated request with its Idempotency-Key acts once', async () => {
  const etag = (await api.send(FINDING)).headers.get('etag') ?? '';
  const headers = { 'if-match': etag, 'idempotency-key': '"8e03978e-40d5-43dd-bc93-6894a57f9324"' };
  const body = { status: 'suppressed', reason: 'nightly backup' };
  const first = await json(await api.send(FINDING, patch(body, headers)));
  const repeated = await json(await api.send(FINDING, patch(body, headers)));
  assert.deepEqual(repeated, first);
  const other = await api.send(FINDING, patch({ ...body, reason: 'other' }, headers));
  assert.equal((await json(other)).code, 'idempotency-key-reused');
  for (const key of ['', 'x'.repeat(129), 'a b']) {
    const refused = await api.send(FINDING, patch(body, { ...headers, 'idempotency-key': key }));
    assert.equal((await json(refused)).code, 'invalid-idempotency-key');
  }
});

test('documents are compressed for clients that take it, streams and secrets never', async () => {
  const gzip = { headers: { 'accept-encoding': 'br, gzip' } };
  const plain = await (await api.send('/api/v1/findings')).text();
  const packed = await api.send('/api/v1/findings', gzip);
  assert.equal(packed.headers.get('content-encoding'), 'gzip');
  assert.equal(gunzipSync(new Uint8Array(await packed.arrayBuffer())).toString(), plain);
  const none = { headers: { 'accept-encoding': 'gzip;q=0' } };
  assert.equal((await api.send('/api/v1/findings', none)).headers.get('content-encoding'), null);
  const stream = await api.send('/api/v1/tail?from=12000', gzip);
  assert.equal(stream.headers.get('content-encoding'), null);
  await stream.body?.cancel();
});

test('no secret is kept for a repeated request', async () => {
  const headers = { 'content-type': 'application/json', 'idempotency-key': 'once' };
  const body = JSON.stringify({ name: 'kept', scope: ['findings:read'], expires: '1d' });
  const created = await api.send('/api/v1/tokens', { method: 'POST', headers, body });
  const { result } = await json(created);
  const secret = String(result['secret']);
  assert.match(secret, /^cs_/);
  assert.ok(!readFileSync(join(api.dir, 'service', 'api.sqlite')).includes(secret));
  assert.ok(!readFileSync(join(api.dir, 'service', 'api.sqlite-wal')).includes(secret));
});

test('a purpose and a case open names, and the ledger records it before the answer', async () => {
  const scopes = new Set(['findings:read', 'names:read']);
  const machine = { ...EVERYONE, who: 'token siem', people: 'pseudonyms' as const };
  api.callers.set('siem', { ...machine, scopes });
  api.callers.set('without', { ...machine, scopes: new Set(['findings:read']) });
  const reason = {
    'countersign-purpose': encodeURIComponent('triage of Freyas Hinweis – März'),
    'countersign-case': 'C-7',
  };
  const ask = (token: string, headers: object): Promise<Response> =>
    api.send('/api/v1/findings?limit=1', {
      headers: { authorization: `Bearer ${token}`, ...headers },
    });
  assert.deepEqual((await json(await ask('siem', {}))).items, ['hidden']);
  assert.equal((await ask('without', reason)).status, 403);
  assert.equal((await ask('siem', { 'countersign-case': 'C-7' })).status, 400);
  assert.equal((await ask('siem', { ...reason, 'countersign-purpose': '%zz' })).status, 400);
  const named = await json(await ask('siem', reason));
  assert.notDeepEqual(named.items, ['hidden']);
  const tail = await (await api.send('/api/v1/tail?kind=act&from=12400')).text();
  const [last] = tail
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { kind: string; body: Record<string, unknown> })
    .filter(({ kind }) => kind === 'act')
    .reverse();
  const { act, who, purpose, operation } = last?.body ?? {};
  assert.deepEqual(
    { act, who, purpose, operation, case: last?.body['case'] },
    {
      ...{ act: 'names', who: 'token siem', operation: 'findings', case: 'C-7' },
      purpose: 'triage of Freyas Hinweis – März',
    },
  );
});

test('metrics count requests by operation, and answers by kind, and name no path', async () => {
  await api.send('/api/v1/findings/no-such-finding');
  await api.send('/api/v1/findings?limit=1');
  await api.send('/api/v1/ledger/checkpoint', { headers: { authorization: 'Bearer unknown' } });
  await api.send('/some/secret/path');
  const text = await (await api.send('/metrics')).text();
  const durations = 'countersign_http_request_duration_seconds_count';
  assert.match(text, /^metrics$/m, 'the metrics of the other thread come first');
  assert.match(text, new RegExp(`^${durations}\\{operation="findings",code="2xx"\\} [1-9]`, 'm'));
  assert.match(text, new RegExp(`^${durations}\\{operation="ledgerCheckpoint",code="4xx"\\}`, 'm'));
  assert.match(text, new RegExp(`^${durations}\\{operation="other",code="4xx"\\}`, 'm'));
  assert.match(text, /^countersign_answers_total\{question="findings",kind="\w+"\} [1-9]/m);
  assert.doesNotMatch(text, /secret|no-such-finding/);
});
