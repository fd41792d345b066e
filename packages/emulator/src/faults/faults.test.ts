import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Feed } from '../core/feed-record.ts';
import type { Emulator } from '../emulator-options.ts';
import { startEmulator } from '../start-emulator.ts';
import { endAfter } from '../testing/end-after.ts';
import { NORTHMOOR, OfficeWorker } from '../testing/office-worker.ts';
import { type HttpReply, type ListedItem, Reader } from '../testing/reader.ts';
import type { FaultPlan } from './faults.ts';

const START_MS = Date.UTC(2026, 2, 2);
const HOUR_MS = 3_600_000;
const EXCHANGE = 'Audit.Exchange';
const FEED: Feed = 'activity/Audit.Exchange';

let emulator: Emulator;

async function begin(t: TestContext, faults: Partial<FaultPlan>, hours = 8): Promise<Reader> {
  emulator = await startEmulator({
    startMs: START_MS,
    tenants: [{ tenantId: NORTHMOOR, domain: 'northmoor.example' }],
    actors: [new OfficeWorker({})],
    recordsPerBlob: { min: 1, max: 10 },
  });
  endAfter(t, emulator);
  const reader = await new Reader(emulator).signIn();
  await reader.start(EXCHANGE);
  emulator.faults.set(faults);
  await emulator.advance(hours * HOUR_MS);
  return quietly(() => reader.signIn());
}

/** Without faults of single requests, which would hit other calls too. */
async function quietly<T>(act: () => Promise<T>): Promise<T> {
  const { plan } = emulator.faults;
  emulator.faults.set({ throttled: 0, failing: 0, slow: 0, cut: 0, expired: 0 });
  const result = await act();
  emulator.faults.set(plan);
  return result;
}

function itemsOf(reader: Reader, hours = 8): Promise<ListedItem[]> {
  return quietly(() => reader.items(EXCHANGE, START_MS, START_MS + hours * HOUR_MS));
}

async function answers(count: number, ask: () => Promise<HttpReply>): Promise<HttpReply[]> {
  const all: HttpReply[] = [];
  for (let n = 0; n < count; n++) all.push(await ask());
  return all;
}

test('throttles and fails some requests, and reports some tokens as expired', async (t) => {
  const reader = await begin(t, {}, 1);
  const list = (): Promise<HttpReply> => reader.ask('subscriptions/list');
  emulator.faults.set({ throttled: 0.5 });
  const throttled = await answers(40, list);
  const refused = throttled.filter(({ status }) => status !== 200);
  assert.ok(refused.length > 8 && refused.length < 32);
  assert.ok(refused.every(({ status, code }) => status === 403 && code === 'AF429'));
  emulator.faults.clear();
  emulator.faults.set({ failing: 1 });
  const failing = await answers(20, list);
  assert.ok(failing.every(({ status }) => [500, 502, 503, 504].includes(status)));
  assert.ok(new Set(failing.map(({ status }) => status)).size > 1);
  emulator.faults.clear();
  emulator.faults.set({ expired: 1 });
  const expired = await list();
  assert.equal(expired.status, 401);
  assert.match(expired.headers.get('www-authenticate') ?? '', /invalid_token/);
});

test('cuts some replies, and delays some', async (t) => {
  const reader = await begin(t, { cut: 1 }, 2);
  await assert.rejects(reader.ask('subscriptions/list'));
  emulator.faults.clear();
  emulator.faults.set({ slow: 1, slowMs: 5 });
  assert.equal((await reader.ask('subscriptions/list')).status, 200);
});

test('lost records are never visible, and only the truth knows them', async (t) => {
  const reader = await begin(t, { lost: 0.1 });
  const ids = new Set(await reader.ids(await itemsOf(reader)));
  const { withheld, made } = emulator.truth();
  assert.ok(withheld.length > 20 && withheld.length < 80, `${withheld.length} lost`);
  assert.ok(withheld.every(({ id, because }) => !ids.has(id) && because === 'lost'));
  assert.equal(made.get(FEED), 8 * 60);
  assert.deepEqual(ids, emulator.offered(NORTHMOOR, FEED));
});

test('a loss can be targeted', async (t) => {
  const reader = await begin(t, { aimed: [({ body }) => body['Operation'] === 'Send'] });
  const [item] = await itemsOf(reader);
  assert.ok(item !== undefined);
  const { body } = await reader.ask(item.contentUri);
  const operations = new Set((body as { Operation: string }[]).map((r) => r.Operation));
  assert.deepEqual([...operations], ['MailItemsAccessed']);
  assert.equal(emulator.truth().withheld.length, 4 * 60);
});

test('repeats records in other blobs, and blobs under other ids', async (t) => {
  const repeated = await begin(t, { repeated: 0.2 }, 6);
  const ids = await repeated.ids(await itemsOf(repeated, 6));
  assert.ok(ids.length > new Set(ids).size);
  const duplicated = await begin(t, { duplicated: 0.3 }, 6);
  const items = await itemsOf(duplicated, 6);
  assert.equal(new Set(items.map(({ contentId }) => contentId)).size, items.length);
  const bodies = await Promise.all(items.map(({ contentUri }) => duplicated.ask(contentUri)));
  const texts = bodies.map(({ body }) => JSON.stringify(body));
  assert.ok(new Set(texts).size < texts.length);
});

test('late records arrive hours later', async (t) => {
  const reader = await begin(t, { late: 0.3, lateMs: [5 * HOUR_MS, 6 * HOUR_MS] }, 4);
  const before = await reader.ids(await itemsOf(reader, 4));
  await emulator.advance(6 * HOUR_MS);
  await reader.signIn();
  const all = await reader.ids(await itemsOf(reader, 10));
  const firstHours = [...new OfficeWorker({}).happenings(START_MS, START_MS + 2 * HOUR_MS)];
  const expected = firstHours.flatMap(({ records }) => records.map(({ id }) => id));
  const late = expected.filter((id) => !before.includes(id));
  assert.ok(late.length > 20);
  assert.ok(late.every((id) => all.includes(id)));
});

test('a hidden blob is listed after its window was read', async (t) => {
  const reader = await begin(t, { hidden: 0.5, hiddenMs: 3 * HOUR_MS }, 4);
  const before = await itemsOf(reader, 3);
  await emulator.advance(4 * HOUR_MS);
  await reader.signIn();
  const after = await itemsOf(reader, 3);
  assert.ok(after.length > before.length);
});

test('a missing blob is listed and never found', async (t) => {
  const reader = await begin(t, { gone: 0.3 });
  const items = await itemsOf(reader);
  const statuses = async (): Promise<(string | undefined)[]> => {
    const all = await Promise.all(items.map(({ contentUri }) => reader.ask(contentUri)));
    return all.map(({ code }) => code);
  };
  const codes = await statuses();
  assert.ok(codes.includes('AF20050') && codes.includes(undefined));
  assert.deepEqual(await statuses(), codes, 'the same ones at every look');
});

test('a page can link to itself', async (t) => {
  const reader = await begin(t, { looping: 1 });
  const page = await reader.list(EXCHANGE, START_MS, START_MS + 8 * HOUR_MS);
  const next = page.headers.get('NextPageUri') ?? '';
  assert.equal((await reader.ask(next)).headers.get('NextPageUri'), next);
});

test('a fast clock affects every time that the service states', async (t) => {
  const reader = await begin(t, { skewMs: 10 * 60_000 });
  const answer = await reader.ask('subscriptions/list');
  const nowMs = emulator.clock.now();
  assert.equal(Date.parse(answer.headers.get('date') ?? ''), nowMs + 10 * 60_000);
  const toMs = START_MS + 8 * HOUR_MS + 10 * 60_000;
  const items = await reader.items(EXCHANGE, START_MS, toMs);
  assert.ok(items.some(({ contentCreated }) => Date.parse(contentCreated) > nowMs));
});

test('records of a workload outage arrive later, or never', async (t) => {
  const outage = { workload: 'Exchange', fromMs: START_MS, toMs: START_MS + 6 * HOUR_MS };
  const reader = await begin(t, { outages: [{ ...outage, afterwards: 'late' }] }, 6);
  assert.deepEqual(await itemsOf(reader, 6), []);
  await emulator.advance(4 * HOUR_MS);
  await reader.signIn();
  const ids = await reader.ids(await itemsOf(reader, 10));
  const first = [...new OfficeWorker({}).happenings(START_MS, START_MS + 60_000)][0]?.records[0]
    ?.id;
  assert.ok(ids.includes(String(first)));
  await begin(t, { outages: [{ ...outage, afterwards: 'lost' }] }, 6);
  assert.equal(emulator.truth().withheld.length, 6 * 60);
});

test('a subscription is disabled without notice', async (t) => {
  const atMs = START_MS + 2 * HOUR_MS;
  const disabled = [{ contentType: EXCHANGE, atMs, by: 'a service admin' }] as const;
  const reader = await begin(t, { disabled }, 3);
  const answer = await reader.list(EXCHANGE, START_MS, START_MS + HOUR_MS);
  assert.equal(answer.code, 'AF20023');
  assert.match(JSON.stringify(answer.body), /disabled by a service admin/);
  assert.equal((await reader.start(EXCHANGE)).status, 200);
  await emulator.advance(3 * HOUR_MS);
  await reader.signIn();
  const created = (await itemsOf(reader, 6)).map((item) => Date.parse(item.contentCreated));
  assert.ok(created.some((ms) => ms < atMs) && created.some((ms) => ms > START_MS + 3 * HOUR_MS));
  assert.ok(!created.some((ms) => ms >= atMs && ms < START_MS + 3 * HOUR_MS), 'lost for good');
});

test('a hostile server sends HTML, deep and huge replies, foreign records and links', async (t) => {
  const reader = await begin(t, {}, 3);
  const [item] = await itemsOf(reader, 3);
  assert.ok(item !== undefined);
  const fetched = async (faults: Partial<FaultPlan>): Promise<HttpReply> => {
    emulator.faults.clear();
    emulator.faults.set(faults);
    return reader.ask(item.contentUri);
  };
  assert.match((await fetched({ html: 1 })).headers.get('content-type') ?? '', /html/);
  const redirect = await fetched({ redirected: 1 });
  assert.equal(redirect.status, 302);
  assert.equal(emulator.truth().strayed.all, 0);
  await fetch(redirect.headers.get('location') ?? '', { headers: { authorization: 'Bearer x' } });
  assert.deepEqual(emulator.truth().strayed, { all: 1, withToken: 1 });
  const foreign = (await fetched({ foreign: 1 })).body as { OrganizationId: string }[];
  assert.equal(new Set(foreign.map(({ OrganizationId }) => OrganizationId)).size, 2);
});

test('a reply of two gigabytes is generated while it is read', async (t) => {
  const reader = await begin(t, {}, 3);
  const [item] = await itemsOf(reader, 3);
  assert.ok(item !== undefined);
  emulator.faults.set({ huge: 1 });
  const { body } = await fetch(item.contentUri, { headers: reader.headers });
  assert.ok(body !== null);
  let bytes = 0;
  for await (const piece of body) {
    bytes += piece.length;
    if (bytes > 2 ** 27) break;
  }
  const { floodBytes } = emulator.faults;
  assert.ok(floodBytes >= 2 ** 27 - 2 ** 20 && floodBytes < 2 ** 28, `${floodBytes} bytes`);
});

test('a bomb is small on the network, and a deep reply is not wide', async (t) => {
  const reader = await begin(t, {}, 3);
  const [item] = await itemsOf(reader, 3);
  const batch = emulator.store.batches(FEED, NORTHMOOR, 0, emulator.clock.now())[0];
  assert.ok(item !== undefined && batch !== undefined);
  const { faults, store } = emulator;
  faults.set({ bomb: 1 });
  const bomb = faults.instead(batch, () => store.read(batch));
  assert.equal(bomb?.headers?.['content-encoding'], 'gzip');
  assert.ok(Buffer.byteLength(bomb?.body ?? '') < 8 * 1024 * 1024);
  faults.set({ bomb: 0, deep: 1 });
  const deep = String(faults.instead(batch, () => store.read(batch))?.body);
  assert.ok(deep.startsWith('[[[[') && deep.length === 200_000);
});

test('lines of the diagnostic export are no page that could loop or have a foreign record', () => {
  const { faults } = emulator;
  faults.clear();
  faults.set({ looping: 1 });
  const ask = {
    ...{ method: 'GET', params: {}, path: '/logs/PT1H.json', headers: {} },
    ...{ query: new URLSearchParams(), body: Buffer.alloc(0) },
  };
  const lines = { status: 206, body: '{"category":"AuditLogs"}\n{"category":"AuditLogs"}\n' };
  assert.equal(faults.disturb(ask, lines), lines);
  faults.set({ foreign: 1 });
  assert.equal(faults.disturb(ask, lines).body, lines.body);
});

test('one fault does not affect another', async (t) => {
  const lost = async (more: Partial<FaultPlan>): Promise<string[]> => {
    await begin(t, { lost: 0.1, ...more }, 4);
    const ids = emulator.truth().withheld.map(({ id }) => id);
    return ids;
  };
  const alone = await lost({});
  assert.deepEqual(await lost({ late: 0.3, repeated: 0.3, duplicated: 0.3, gone: 0.1 }), alone);
});
