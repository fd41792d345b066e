import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Emulator, EmulatorOptions } from '../emulator-options.ts';
import { startEmulator } from '../start-emulator.ts';
import { endAfter } from '../testing/end-after.ts';
import { NORTHMOOR, OfficeWorker } from '../testing/office-worker.ts';
import { type HttpReply, type ListedItem, Reader, timeText } from '../testing/reader.ts';

const START_MS = Date.UTC(2026, 2, 2);
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const EXCHANGE = 'Audit.Exchange';

let emulator: Emulator;

/** A tenant whose clerk acts every minute, and an authenticated reader. */
async function begin(t: TestContext, options: EmulatorOptions = {}): Promise<Reader> {
  emulator = await startEmulator({
    startMs: START_MS,
    tenants: [{ tenantId: NORTHMOOR, domain: 'northmoor.example' }],
    actors: [new OfficeWorker({})],
    recordsPerBlob: { min: 1, max: 8 },
    ...options,
  });
  endAfter(t, emulator);
  return new Reader(emulator).signIn();
}

const hours = (n: number): Promise<void> => emulator.advance(n * HOUR_MS);

test('a subscription can be started and listed, and delivers every record once', async (t) => {
  const reader = await begin(t, { activityApi: { pageSize: 7 } });
  const started = await reader.start(EXCHANGE);
  const written = { contentType: EXCHANGE, status: 'enabled', webhook: null };
  assert.deepEqual([started.status, started.body], [200, written]);
  assert.deepEqual((await reader.ask('subscriptions/list')).body, [written]);
  await hours(26);
  await reader.signIn();
  const items = await reader.items(EXCHANGE, START_MS, START_MS + 26 * HOUR_MS);
  assert.ok(items.length > 100);
  const created = items.map((item) => item.contentCreated);
  assert.deepEqual(created.toSorted(), created, 'in the order in which they became available');
  const first = items[0] as ListedItem;
  assert.equal(Date.parse(first.contentExpiration) - Date.parse(first.contentCreated), 7 * DAY_MS);
  const ids = await reader.ids(items);
  assert.equal(new Set(ids).size, ids.length);
  assert.deepEqual(new Set(ids), emulator.offered(NORTHMOOR, `activity/${EXCHANGE}`));
  assert.ok(ids.length > 24 * 60);
});

test('windows include their start and exclude their end', async (t) => {
  const reader = await begin(t);
  await reader.start(EXCHANGE);
  await hours(20);
  await reader.signIn();
  const whole = await reader.items(EXCHANGE, START_MS, START_MS + 20 * HOUR_MS);
  const moments = new Set(whole.map((item) => Date.parse(item.contentCreated)));
  const edge = [...moments].find((ms) => ms % 1_000 === 0) ?? START_MS + 4 * HOUR_MS;
  const before = await reader.items(EXCHANGE, START_MS, edge);
  const after = await reader.items(EXCHANGE, edge, START_MS + 20 * HOUR_MS);
  assert.deepEqual([...before, ...after], whole);
});

test('both shapes of content ids work with both versions of the path', async (t) => {
  for (const contentIds of ['long', 'dated'] as const) {
    const reader = await begin(t, { activityApi: { contentIds } });
    await reader.start(EXCHANGE);
    await hours(4);
    await reader.signIn();
    const items = await reader.items(EXCHANGE, START_MS, START_MS + 4 * HOUR_MS);
    const ids = await reader.ids(items);
    assert.deepEqual(new Set(ids), emulator.offered(NORTHMOOR, `activity/${EXCHANGE}`));
    assert.ok(items.every((item) => item.contentId.includes('$')));
    const old = (items[0] as ListedItem).contentUri.replace('/v1.0/', '/v1/');
    assert.equal((await reader.ask(old)).status, 200);
  }
});

test('content that became available between stop and start is lost for good', async (t) => {
  const reader = await begin(t);
  await reader.start(EXCHANGE);
  await hours(4);
  await reader.signIn();
  assert.equal((await reader.stop(EXCHANGE)).status, 200);
  assert.equal((await reader.list(EXCHANGE, START_MS, START_MS + HOUR_MS)).code, 'AF20022');
  await hours(4);
  await reader.signIn();
  await reader.start(EXCHANGE);
  await hours(4);
  await reader.signIn();
  const items = await reader.items(EXCHANGE, START_MS, START_MS + 12 * HOUR_MS);
  const within = (from: number, to: number): ListedItem[] =>
    items.filter(({ contentCreated }) => {
      const hour = (Date.parse(contentCreated) - START_MS) / HOUR_MS;
      return hour >= from && hour < to;
    });
  assert.ok(within(0, 4).length > 0 && within(8, 12).length > 0);
  assert.deepEqual(within(4, 8), []);
});

test('reports a subscription that an administrator disabled', async (t) => {
  const reader = await begin(t);
  await reader.start(EXCHANGE);
  const [subscription] = emulator.api.subscriptions.all();
  assert.ok(subscription !== undefined);
  emulator.api.subscriptions.end(subscription, emulator.clock.now(), 'a tenant admin');
  const answer = await reader.list(EXCHANGE, START_MS, START_MS + HOUR_MS);
  assert.equal(answer.code, 'AF20023');
  assert.match(JSON.stringify(answer.body), /disabled by a tenant admin/);
  const listed = (await reader.ask('subscriptions/list')).body as { status: string }[];
  assert.equal(listed[0]?.status, 'disabled');
});

test('content expires after seven days', async (t) => {
  const reader = await begin(t, { actors: [new OfficeWorker({ everyMs: HOUR_MS })] });
  await reader.start(EXCHANGE);
  await hours(12);
  await reader.signIn();
  const [item] = await reader.items(EXCHANGE, START_MS, START_MS + 12 * HOUR_MS);
  assert.ok(item !== undefined);
  await hours(7 * 24);
  await reader.signIn();
  assert.equal((await reader.ask(item.contentUri)).code, 'AF20051');
  assert.equal((await reader.list(EXCHANGE, START_MS, START_MS + DAY_MS)).code, 'AF20030');
});

test('enforces the rules for windows', async (t) => {
  const reader = await begin(t);
  await reader.start(EXCHANGE);
  await hours(1);
  await reader.signIn();
  const content = `subscriptions/content?contentType=${EXCHANGE}`;
  const day = timeText(START_MS);
  const cases: readonly [query: string, code: string | undefined][] = [
    ['', undefined],
    ['&startTime=2026-03-02&endTime=2026-03-03', undefined],
    ['&startTime=2026-03-02T00:00&endTime=2026-03-02T00:30', undefined],
    [`&startTime=${day}`, 'AF20030'],
    [`&endTime=${day}`, 'AF20030'],
    [`&startTime=2026-02-20&endTime=2026-02-21`, 'AF20030'],
    [`&startTime=2026-03-02&endTime=2026-03-03T00:00:01`, 'AF20055'],
    [`&startTime=2026-03-02&endTime=2026-03-02`, 'AF20055'],
    [`&startTime=2026-03-03&endTime=2026-03-02`, 'AF20055'],
    [`&startTime=yesterday&endTime=2026-03-03`, 'AF20002'],
    [`&startTime=2026-02-31&endTime=2026-03-03`, 'AF20002'],
    [`&startTime=2026-03-02T00:00:00Z&endTime=2026-03-03`, 'AF20002'],
    ['&startTime=2026-03-02&endTime=2026-03-03&nextPage=nonsense', 'AF20031'],
    ['&startTime=2026-03-02&endTime=2026-03-03&nextPage=2026030300R000000000000', 'AF20031'],
  ];
  for (const [query, code] of cases) {
    const answer = await reader.ask(content + query);
    assert.equal(answer.code, code, query);
    assert.equal(answer.status, code === undefined ? 200 : 400, query);
  }
});

test('answers each invalid request with its code', async (t) => {
  const reader = await begin(t, {
    tenants: [
      { tenantId: NORTHMOOR, domain: 'northmoor.example' },
      {
        tenantId: '0a0a0a0a-0000-4000-8000-00000000000a',
        domain: 'b.example',
        state: 'misconfigured',
      },
      {
        tenantId: '0b0b0b0b-0000-4000-8000-00000000000b',
        domain: 'c.example',
        state: 'not auditing',
      },
    ],
  });
  const at = (root: string, path: string): string => reader.root.replace(NORTHMOOR, root) + path;
  const elsewhere = '11111111-2222-4333-8444-555555555555';
  const list = 'subscriptions/list';
  const cases: readonly [ask: Promise<HttpReply>, code: string][] = [
    [reader.ask(at('northmoor.example', `/${list}`)), 'AF20013'],
    [reader.ask(at(elsewhere, `/${list}`)), 'AF20010'],
    [reader.ask(`${list}?PublisherIdentifier=me`), 'AF20002'],
    [reader.ask('subscriptions/content'), 'AF20001'],
    [reader.ask('subscriptions/content?contentType=Audit.Yammer'), 'AF20020'],
    [reader.list('Audit.SharePoint', START_MS, START_MS + 1_000), 'AF20022'],
    [reader.stop('Audit.SharePoint'), 'AF20022'],
    [reader.ask('audit/nonsense'), 'AF20052'],
    [
      reader.ask(`audit/${'20260302000000000000000'}$20260302000000000000000$audit_exchange$A`),
      'AF20050',
    ],
    [reader.start(EXCHANGE, { address: 'http://127.0.0.1:1/hook' }), 'AF20021'],
    [
      reader.start(EXCHANGE, { address: 'https://127.0.0.1:1/hook', expiration: '2020-01-01' }),
      'AF20003',
    ],
    [reader.start(EXCHANGE, { authId: 'x' }), 'AF20001'],
  ];
  for (const [ask, code] of cases) {
    const answer = await ask;
    assert.equal(answer.code, code, JSON.stringify(answer.body));
    assert.ok(answer.status >= 400);
  }
  const misconfigured = new Reader(emulator, '0a0a0a0a-0000-4000-8000-00000000000a');
  assert.equal((await (await misconfigured.signIn()).start(EXCHANGE)).code, 'AF20012');
  const silent = new Reader(emulator, '0b0b0b0b-0000-4000-8000-00000000000b');
  const off = await (await silent.signIn()).start(EXCHANGE);
  assert.match(JSON.stringify(off.body), /DataServiceException: Tenant .* does not exist/);
});

test('refuses a foreign, expired or wrong-resource token', async (t) => {
  const reader = await begin(t);
  const without = await fetch(`${reader.root}/subscriptions/list`);
  assert.equal(without.status, 401);
  await hours(2);
  assert.equal((await reader.ask('subscriptions/list')).status, 401);
});

test('tells an application without the permission which ones it has', async (t) => {
  const clientId = '77777777-1111-4222-8333-444444444444';
  const reader = await begin(t, {
    tenants: [
      {
        tenantId: NORTHMOOR,
        domain: 'northmoor.example',
        apps: [
          {
            ...{ clientId, objectId: clientId, name: 'Health', isEnabled: true, isPublic: false },
            ...{ secrets: ['s'], certificates: [], scopes: {}, redirectUris: [] },
            roles: { 'https://manage.office.com': ['ServiceHealth.Read'] },
          },
        ],
      },
    ],
  });
  const form = { grant_type: 'client_credentials', client_id: clientId, client_secret: 's' };
  const body = new URLSearchParams({ ...form, resource: 'https://manage.office.com' });
  const login = emulator.origins['login'] ?? '';
  const given = await fetch(`${login}/${NORTHMOOR}/oauth2/token`, { method: 'POST', body });
  const { access_token: token } = (await given.json()) as { access_token: string };
  const answer = await fetch(`${reader.root}/subscriptions/list`, {
    headers: { authorization: `Bearer ${token}` },
  });
  assert.match(await answer.text(), /AF10001.*ServiceHealth\.Read/);
});

test('each publisher has a quota pool, and all callers without one share another', async (t) => {
  const reader = await begin(t, { activityApi: { requestsPerMinute: 5 } });
  const ask = (publisher: string): Promise<HttpReply> =>
    reader.ask(`subscriptions/list?PublisherIdentifier=${publisher}`);
  const mine = '0e1f2a3b-4c5d-4e6f-8a9b-000000000001';
  for (let n = 0; n < 5; n++) assert.equal((await ask(mine)).status, 200);
  const refused = await ask(mine);
  assert.deepEqual([refused.status, refused.code], [403, 'AF429']);
  assert.match(
    JSON.stringify(refused.body),
    new RegExp(`Method=ListCurrentSubscriptions, PublisherId=${mine}`),
  );
  assert.equal((await ask('0e1f2a3b-4c5d-4e6f-8a9b-000000000002')).status, 200);
  for (let n = 0; n < 5; n++) assert.equal((await ask('')).status, 200);
  assert.match(JSON.stringify((await ask('')).body), /PublisherId=00000000-0000/);
  await emulator.advance(60_000);
  assert.equal((await ask(mine)).status, 200);
});

test('statuses of codes are configurable, because the vendor documents none', async (t) => {
  const reader = await begin(t, {
    activityApi: { requestsPerMinute: 1, statuses: { AF429: 429 } },
  });
  await reader.ask('subscriptions/list');
  assert.equal((await reader.ask('subscriptions/list')).status, 429);
});

test('refuses a second start within 15 minutes', async (t) => {
  const reader = await begin(t);
  await reader.start(EXCHANGE);
  assert.equal((await reader.start(EXCHANGE)).code, 'AF429');
  assert.equal((await reader.start('Audit.General')).status, 200);
  await emulator.advance(15 * 60_000);
  assert.equal((await reader.start(EXCHANGE)).status, 200);
});

test('lists sensitive types in one language', async (t) => {
  const reader = await begin(t);
  const { body } = await reader.ask('resources/dlpSensitiveTypes');
  assert.match(JSON.stringify(body), /"name":"CreditCardNumber"/);
  const token = async (language: string): Promise<string> => {
    const [id] = emulator.tenants;
    const { origins, credentials } = emulator;
    const response = await fetch(`${origins['login']}/${id?.tenantId}/oauth2/v2.0/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: credentials.clientId,
        client_secret: credentials.clientSecret,
        scope: 'https://manage.office.com/.default',
      }),
    });
    const { access_token } = (await response.json()) as { access_token: string };
    const answer = await fetch(`${reader.root}/resources/dlpSensitiveTypes`, {
      headers: { authorization: `Bearer ${access_token}`, 'accept-language': language },
    });
    return answer.text();
  };
  assert.match(await token('de-DE'), /CreditCardNumber/);
  assert.match(await token('de-DE,en-US'), /AF20053/);
  assert.match(await token('deutsch!'), /AF20054/);
});
