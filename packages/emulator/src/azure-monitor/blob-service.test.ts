import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { testEach } from '../../../../tools/testing/each.ts';
import { ManualClock } from '../core/virtual-clock.ts';
import { TENANT } from '../directory/testing/small-tenant.ts';
import { FeedStore } from '../feeds/feed-store.ts';
import { type Server, serve } from '../http/http-server.ts';
import { TokenMint } from '../login/token-mint.ts';
import { blobHost } from './blob-service.ts';

const NOON = Date.parse('2026-03-02T12:00:00Z');
const MINUTE = 60_000;
const OTHER = '7c1f4c0e-7d2a-4f6b-9c3d-2e8a61f0b794';
const ACCOUNT = { name: 'northmoorlogs', key: Buffer.alloc(64, 7).toString('base64') };
const CONTAINER = 'insights-logs-signinlogs';
const AT_NOON = `tenantId=${TENANT}/y=2026/m=03/d=02/h=12/m=00/PT1H.json`;

const mint = await TokenMint.make();
let clock: ManualClock;
let store: FeedStore;
let server: Server;
let token: string;
const defects: unknown[] = [];

const test = testEach(
  async () => {
    clock = new ManualClock(NOON);
    const route = { name: 'at once', windowMs: 1, delayMs: () => 0 };
    store = new FeedStore({ seed: 1, dispatcher: { routes: () => [route] } });
    const { router } = blobHost({
      seed: 1,
      store,
      now: () => clock.now(),
      accounts: [{ ...ACCOUNT, tenantIds: [TENANT, OTHER] }],
      verify: (text, nowMs) => mint.verify(text, nowMs),
      scheme: 'http',
    });
    server = await serve({
      router,
      port: 0,
      now: () => clock.now(),
      sleep: () => Promise.resolve(),
      onDefect: (error) => defects.push(error),
    });
    token = await tokenFor(TENANT);
  },
  async () => {
    await server.stop();
    assert.deepEqual(defects, []);
  },
);

function tokenFor(tid: string, aud = 'https://storage.azure.com'): Promise<string> {
  const nbf = NOON / 1_000;
  return mint.sign({ aud, tid, oid: 'x', appid: 'y', nbf, exp: nbf + 864_000 });
}

/** Makes a record available now. */
function arrive(number: number, tenantId = TENANT): void {
  const atMs = clock.now();
  const body = { time: new Date(atMs - 5 * MINUTE).toISOString(), number, text: 'Zoë\n' };
  store.take({
    atMs,
    tenantId,
    truth: { scenario: 'life', isAttacker: false },
    records: [{ feed: 'azure/SignInLogs', id: String(number), atMs, body }],
  });
  clock.advance(1_000);
  store.advance(clock.now());
}

function get(
  path: string,
  headers: Record<string, string> = {},
  method = 'GET',
): Promise<Response> {
  return fetch(`${server.origin}/${ACCOUNT.name}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'x-ms-version': '2024-11-04', ...headers },
  });
}

function list(query = ''): Promise<Response> {
  return get(`/${CONTAINER}?restype=container&comp=list${query}`);
}

function namesIn(xml: string): readonly string[] {
  return [...xml.matchAll(/<Name>([^<]*)<\/Name>/g)].map((found) => found[1] ?? '');
}

test('an hour is a blob with one record per line, which grows within the hour', async () => {
  arrive(1);
  arrive(2);
  const first = await get(`/${CONTAINER}/${AT_NOON}`);
  const text = await first.text();
  assert.equal(first.headers.get('x-ms-blob-type'), 'AppendBlob');
  assert.equal(first.headers.get('x-ms-blob-committed-block-count'), '2');
  assert.deepEqual(
    text
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { number: number }).number),
    [1, 2],
  );
  assert.ok(text.endsWith('\n'));
  arrive(3);
  const length = Buffer.byteLength(text);
  const rest = await get(`/${CONTAINER}/${AT_NOON}`, { range: `bytes=${length}-` });
  assert.equal(rest.status, 206);
  assert.equal((JSON.parse(await rest.text()) as { number: number }).number, 3);
  const total = Number(/\/(\d+)$/.exec(rest.headers.get('content-range') ?? '')?.[1]);
  assert.notEqual(rest.headers.get('etag'), first.headers.get('etag'));
  const head = await get(`/${CONTAINER}/${AT_NOON}`, {}, 'HEAD');
  assert.equal(Number(head.headers.get('content-length')), total);
  const whole = await (await get(`/${CONTAINER}/${AT_NOON}`)).arrayBuffer();
  assert.equal(whole.byteLength, total);
});

test('a record of the next hour goes into the next blob', async () => {
  arrive(1);
  clock.advance(60 * MINUTE);
  arrive(2);
  const names = namesIn(await (await list()).text());
  assert.deepEqual(names, [AT_NOON, AT_NOON.replace('h=12', 'h=13')]);
});

test('pages a listing by marker, with prefix and delimiter', async () => {
  for (let n = 0; n < 5; n++) {
    arrive(n);
    arrive(n, OTHER);
    clock.advance(60 * MINUTE);
  }
  const names: string[] = [];
  let pages = 0;
  for (let marker = ''; ; pages++) {
    const xml = await (await list(`&maxresults=3&marker=${encodeURIComponent(marker)}`)).text();
    names.push(...namesIn(xml));
    marker = /<NextMarker>([^<]+)</.exec(xml)?.[1] ?? '';
    if (marker === '') break;
  }
  assert.equal(names.length, 10);
  assert.equal(pages, 3);
  assert.deepEqual(names, names.toSorted());
  const prefix = encodeURIComponent(`tenantId=${OTHER}/y=2026/m=03/d=02/h=14`);
  assert.equal(namesIn(await (await list(`&prefix=${prefix}`)).text()).length, 1);
  const folded = await (await list('&delimiter=/')).text();
  assert.deepEqual(namesIn(folded), [`tenantId=${TENANT}/`, `tenantId=${OTHER}/`].toSorted());
  assert.match(folded, /<BlobPrefix>/);
});

test('creates a container with its first record', async () => {
  assert.equal((await list()).status, 404);
  assert.match(await (await list()).text(), /<Code>ContainerNotFound<\/Code>/);
  arrive(1);
  const xml = await (await get('?comp=list')).text();
  assert.deepEqual(namesIn(xml), [CONTAINER]);
});

test('honors conditions and ranges', async () => {
  arrive(1);
  const path = `/${CONTAINER}/${AT_NOON}`;
  const etag = (await get(path)).headers.get('etag') ?? '';
  assert.equal((await get(path, { 'if-none-match': etag })).status, 304);
  assert.equal((await get(path, { 'if-match': etag })).status, 200);
  arrive(2);
  assert.equal((await get(path, { 'if-none-match': etag })).status, 200);
  assert.equal((await get(path, { 'if-match': etag })).status, 412);
  assert.equal((await get(path, { range: 'bytes=999999-' })).status, 416);
  const part = await get(path, { 'x-ms-range': 'bytes=1-4' });
  assert.equal(part.headers.get('content-length'), '4');
});

test('refuses strangers, wrong audiences, other tenants and writers', async () => {
  arrive(1);
  const path = `/${CONTAINER}/${AT_NOON}`;
  const bearer = async (tid: string, aud?: string): Promise<Record<string, string>> => ({
    authorization: `Bearer ${await tokenFor(tid, aud)}`,
  });
  const stranger = await get(path, { authorization: 'Bearer x.y.z' });
  assert.equal(stranger.status, 401);
  assert.ok(stranger.headers.get('www-authenticate'));
  assert.equal((await get(path, await bearer(TENANT, 'https://graph.microsoft.com'))).status, 401);
  const elsewhere = await get(path, await bearer('00000000-0000-4000-8000-000000000000'));
  assert.equal(elsewhere.headers.get('x-ms-error-code'), 'AuthorizationPermissionMismatch');
  assert.equal((await get(path, {}, 'DELETE')).status, 403);
  const bare = await fetch(`${server.origin}/${ACCOUNT.name}${path}`);
  assert.equal(bare.status, 401);
});

test('accepts a request signed with the account key, and no other', async () => {
  arrive(1);
  const date = new Date(NOON).toUTCString();
  const resource = `/${ACCOUNT.name}/${ACCOUNT.name}/${CONTAINER}`;
  const text =
    `GET\n\n\n\n\n\n\n\n\n\n\n\nx-ms-date:${date}\nx-ms-version:2024-11-04\n` +
    `${resource}\ncomp:list\nrestype:container`;
  const sign = (key: string): string =>
    createHmac('sha256', Buffer.from(key, 'base64')).update(text).digest('base64');
  const ask = (key: string): Promise<Response> =>
    get(`/${CONTAINER}?restype=container&comp=list`, {
      authorization: `SharedKey ${ACCOUNT.name}:${sign(key)}`,
      'x-ms-date': date,
    });
  assert.equal((await ask(ACCOUNT.key)).status, 200);
  const wrong = await ask(Buffer.alloc(64, 8).toString('base64'));
  assert.equal(wrong.status, 403);
  assert.equal(wrong.headers.get('x-ms-error-code'), 'AuthenticationFailed');
});

test('a list of containers has the properties that clients read', async () => {
  arrive(1);
  const xml = await (await get('?comp=list&include=metadata')).text();
  const properties = /<Properties>(.*?)<\/Properties>/.exec(xml)?.[1] ?? '';
  for (const name of ['Last-Modified', 'Etag', 'LeaseStatus', 'LeaseState', 'HasLegalHold']) {
    assert.match(properties, new RegExp(`<${name}>[^<]+</${name}>`));
  }
  const own = await get(`/${CONTAINER}?restype=container`);
  const etag = /<Etag>([^<]+)<\/Etag>/.exec(properties)?.[1]?.replaceAll('&quot;', '"');
  assert.equal(own.headers.get('etag'), etag);
  assert.equal(own.headers.get('x-ms-has-legal-hold'), 'false');
  assert.match(await (await get(`/${CONTAINER}?restype=container&comp=acl`)).text(), /Identifiers/);
  assert.match(await (await get('?restype=service&comp=properties')).text(), /<HourMetrics>/);
  assert.equal(
    (await get('?restype=account&comp=properties')).headers.get('x-ms-sku-name'),
    'Standard_LRS',
  );
  assert.equal(namesIn(await (await get('?comp=list&prefix=other')).text()).length, 0);
});

test('compares an ETag without quotes, and honors dates', async () => {
  arrive(1);
  const path = `/${CONTAINER}/${AT_NOON}`;
  const quoted = (await get(path)).headers.get('etag') ?? '';
  const bare = quoted.replaceAll('"', '');
  assert.match(await (await list()).text(), new RegExp(`<Etag>${bare}</Etag>`));
  const statusOf = async (headers: Record<string, string>): Promise<number> =>
    (await get(path, headers)).status;
  for (const tag of [quoted, bare, `W/${quoted}`, `"0x1", ${quoted}`, '*']) {
    assert.equal(await statusOf({ 'if-match': tag }), 200, tag);
    assert.equal(await statusOf({ 'if-none-match': tag }), 304, tag);
  }
  assert.equal(await statusOf({ 'if-match': '"0x1"' }), 412);
  const [before, after] = [NOON - MINUTE, NOON + MINUTE].map((ms) => new Date(ms).toUTCString());
  assert.equal(await statusOf({ 'if-unmodified-since': before ?? '' }), 412);
  assert.equal(await statusOf({ 'if-unmodified-since': after ?? '' }), 200);
  const unchanged = await get(path, { 'if-modified-since': after ?? '' });
  assert.equal(unchanged.status, 304);
  assert.equal(unchanged.headers.get('x-ms-error-code'), 'ConditionNotMet');
});

test('every refusal has the code that clients check', async () => {
  arrive(1);
  const path = `/${CONTAINER}/${AT_NOON}`;
  const cases: readonly [
    path: string,
    headers: Record<string, string>,
    status: number,
    code: string,
  ][] = [
    [`/${CONTAINER}/nothing`, {}, 404, 'BlobNotFound'],
    ['/insights-logs-none', {}, 404, 'ContainerNotFound'],
    ['/Not_A_Name?restype=container', {}, 400, 'InvalidResourceName'],
    [`${path}?snapshot=2026-03-02T12:00:00.0000000Z`, {}, 404, 'BlobNotFound'],
    [`${path}?comp=blocklist`, {}, 409, 'InvalidBlobType'],
    [`${path}?comp=nonsense`, {}, 400, 'InvalidQueryParameterValue'],
    [
      `/${CONTAINER}?restype=container&comp=list&include=nonsense`,
      {},
      400,
      'InvalidQueryParameterValue',
    ],
    [
      `/${CONTAINER}?restype=container&comp=list&maxresults=0`,
      {},
      400,
      'OutOfRangeQueryParameterValue',
    ],
    [path, { range: 'bytes=999999-' }, 416, 'InvalidRange'],
    [path, { 'x-ms-range': 'bytes=-5' }, 400, 'InvalidHeaderValue'],
  ];
  for (const [address, headers, status, code] of cases) {
    const answer = await get(address, headers);
    assert.deepEqual(
      [answer.status, answer.headers.get('x-ms-error-code')],
      [status, code],
      address,
    );
    const body = await answer.text();
    assert.match(body, new RegExp(`<Code>${code}</Code>`));
    assert.ok(body.includes(`RequestId:${answer.headers.get('x-ms-request-id')}`));
  }
  const part = await get(path, { range: 'bytes=0-9', 'x-ms-range-get-content-md5': 'true' });
  assert.equal(
    part.headers.get('content-md5'),
    createHash('md5')
      .update(await part.text())
      .digest('base64'),
  );
});

/** A query signed as the reference describes for an account. */
function accountSas(change: Record<string, string> = {}, key = ACCOUNT.key): string {
  const at = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;
  const fields: Record<string, string> = {
    ...{ sv: '2024-11-04', ss: 'b', srt: 'sco', sp: 'rl' },
    ...{ st: at(NOON - MINUTE), se: at(NOON + 60 * MINUTE), ...change },
  };
  const named = ['sp', 'ss', 'srt', 'st', 'se', 'sip', 'spr', 'sv', 'ses'];
  const text = `${[ACCOUNT.name, ...named.map((name) => fields[name] ?? '')].join('\n')}\n`;
  const sig = createHmac('sha256', Buffer.from(key, 'base64')).update(text).digest('base64');
  return new URLSearchParams({ ...fields, sig }).toString();
}

test('a shared access signature opens what it was signed for, until it expires', async () => {
  arrive(1);
  const path = `/${CONTAINER}/${AT_NOON}`;
  const codeOf = async (address: string): Promise<string> => {
    const answer = await fetch(`${server.origin}/${ACCOUNT.name}${address}`);
    await answer.arrayBuffer();
    return answer.ok ? 'ok' : (answer.headers.get('x-ms-error-code') ?? '');
  };
  assert.equal(await codeOf(`${path}?${accountSas()}`), 'ok');
  assert.equal(await codeOf(`?comp=list&${accountSas()}`), 'ok');
  const refused: readonly [sas: string, code: string][] = [
    [accountSas({}, Buffer.alloc(64, 8).toString('base64')), 'AuthenticationFailed'],
    [accountSas().replace('sp=rl', 'sp=rwl'), 'AuthenticationFailed'],
    [accountSas({ se: new Date(NOON - MINUTE).toISOString() }), 'AuthenticationFailed'],
    [accountSas({ st: new Date(NOON + MINUTE).toISOString() }), 'AuthenticationFailed'],
    [accountSas({ se: '' }), 'AuthenticationFailed'],
    [accountSas({ sv: '2015-04-05' }), 'AuthenticationFailed'],
    [accountSas({ sp: 'l' }), 'AuthorizationPermissionMismatch'],
    [accountSas({ srt: 'sc' }), 'AuthorizationResourceTypeMismatch'],
    [accountSas({ ss: 'q' }), 'AuthorizationServiceMismatch'],
    [accountSas({ spr: 'https' }), 'AuthorizationProtocolMismatch'],
    [accountSas({ sip: '10.0.0.1-10.0.0.9' }), 'AuthorizationSourceIPMismatch'],
  ];
  for (const [sas, code] of refused) assert.equal(await codeOf(`${path}?${sas}`), code, sas);

  const service = (resource: string, sr: string, sp: string): string => {
    const se = new Date(NOON + MINUTE).toISOString();
    const sv = '2024-11-04';
    const text = [sp, '', se, resource, '', '', '', sv, sr, '', '', '', '', '', '', ''].join('\n');
    const key = Buffer.from(ACCOUNT.key, 'base64');
    const sig = createHmac('sha256', key).update(text).digest('base64');
    return new URLSearchParams({ sv, sr, sp, se, sig }).toString();
  };
  const container = `/blob/${ACCOUNT.name}/${CONTAINER}`;
  assert.equal(await codeOf(`${path}?${service(`${container}/${AT_NOON}`, 'b', 'r')}`), 'ok');
  assert.equal(await codeOf(`${path}?${service(container, 'c', 'r')}`), 'ok');
  const listing = `/${CONTAINER}?restype=container&comp=list`;
  assert.equal(await codeOf(`${listing}&${service(container, 'c', 'l')}`), 'ok');
  assert.equal(
    await codeOf(`${listing}&${service(container, 'c', 'r')}`),
    'AuthorizationPermissionMismatch',
  );
  assert.equal(
    await codeOf(`${path}?${service(`${container}/other`, 'b', 'r')}`),
    'AuthenticationFailed',
  );
});
