import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { ManualClock } from '@countersign/core';
import { CONTENT_TYPES } from '@countersign/m365';
import { pollOnce } from '../../apps/countersign/src/ingest/collection/poll-once.ts';
import { certificateFor } from '../../tools/testing/certificate.ts';
import { json, TestServer } from '../../tools/testing/server.ts';
import { ActivityService } from '../support/collection/activity-service.ts';
import {
  activityCollector,
  observationsOf,
  pollHere,
  withSink,
} from '../support/collection/collection.ts';
import { assertExactlyOnce } from '../support/exactly-once.ts';
import { temporaryFolder } from '../support/folders.ts';
import { recordText } from '../support/ingest/audit-record.ts';

const TENANT = '5b1f4c0e-7d2a-4f6b-9c3d-2e8a61f0b794';
const NOW_MS = Date.parse('2026-03-02T09:00:00Z');
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

const root = temporaryFolder('collect');

function listOf(...numbers: readonly number[]): string {
  return `[${numbers.map((n) => recordText(n)).join(',')}]`;
}

function quarantinedIn(dir: string): { file: string; reason: string; bytes: string | null }[] {
  return readdirSync(join(dir, 'quarantine'))
    .map((name) => JSON.parse(readFileSync(join(dir, 'quarantine', name), 'utf8')))
    .sort((a, b) => (a.file < b.file ? -1 : 1));
}

test('starts missing subscriptions, and reads lists page by page', async () => {
  const dir = join(root, 'first');
  const service = new ActivityService(TENANT);
  await using server = await service.start();
  for (let n = 0; n < 7; n++) {
    const createdMs = NOW_MS - n * 20 * MINUTE_MS - 1000;
    service.put({ id: `blob$${n}`, createdMs, body: listOf(2 * n, 2 * n + 1) });
  }
  const clock = new ManualClock(NOW_MS);
  const collector = activityCollector({ origin: server.origin, tenant: TENANT, clock });
  const report = await pollHere(dir, clock, collector);
  assert.equal(report.records, 14);
  assert.equal(service.started.length, 5);
  await assertExactlyOnce(dir, 14);
  assert.ok(
    server.asked.every(({ url, method }) => method === 'GET' || !url.href.includes('stop')),
  );
  const published = server.asked.filter(({ url }) => url.searchParams.has('PublisherIdentifier'));
  assert.equal(published.length, server.asked.length - 1, 'all but the token');
});

test('requests only new content, from any process', async () => {
  const dir = join(root, 'again');
  const service = new ActivityService(TENANT);
  await using server = await service.start();
  for (const type of CONTENT_TYPES) service.enabled.add(type);
  const clock = new ManualClock(NOW_MS);
  const fetches = (): number =>
    server.asked.filter(({ url }) => url.href.includes('/audit/')).length;
  service.put({ id: 'a', createdMs: NOW_MS - HOUR_MS, body: listOf(1, 2, 3) });
  await pollHere(dir, clock, activityCollector({ origin: server.origin, tenant: TENANT, clock }));
  clock.advance(5 * MINUTE_MS);
  // The same records in another blob, plus a new one: the API promises at least once.
  service.put({ id: 'b', createdMs: NOW_MS + MINUTE_MS, body: listOf(3, 4) });
  const collector = activityCollector({ origin: server.origin, tenant: TENANT, clock });
  const report = await pollHere(dir, clock, collector);
  assert.deepEqual([report.records, report.duplicates, fetches()], [2, 1, 2]);
  // Listed long after its stated availability.
  service.put({ id: 'late', createdMs: NOW_MS - 30 * HOUR_MS, body: listOf(5) });
  clock.advance(7 * HOUR_MS);
  await pollHere(dir, clock, collector);
  assert.equal(fetches(), 3);
  await assertExactlyOnce(dir, 5);
  const seen = await observationsOf(dir);
  const delays = seen.flatMap(({ delays, workload }) => (workload === null ? (delays ?? []) : []));
  assert.equal(delays.length, 3);
  assert.ok(seen.some(({ workload }) => workload === 'SharePoint'));
  assert.ok(seen.every(({ outcome }) => outcome === 'complete'));
});

test('reports content types that were switched off, and starts them again', async () => {
  const dir = join(root, 'off');
  const service = new ActivityService(TENANT);
  await using server = await service.start();
  for (const type of CONTENT_TYPES) service.enabled.add(type);
  const clock = new ManualClock(NOW_MS);
  const collector = activityCollector({ origin: server.origin, tenant: TENANT, clock });
  await pollHere(dir, clock, collector);
  service.enabled.delete('Audit.SharePoint');
  clock.advance(10 * MINUTE_MS);
  const { problems } = await pollHere(dir, clock, collector);
  assert.equal(problems.length, 1, problems.join('; '));
  assert.deepEqual(service.started, ['Audit.SharePoint']);
  const off = (await observationsOf(dir)).filter(({ outcome }) => outcome === 'off');
  assert.ok(off.length > 0);
  for (const { source, code } of off) {
    assert.deepEqual([source, code], ['m365.activity/Audit.SharePoint', 'AF20022']);
  }
  assert.deepEqual([off[0]?.from, off[0]?.to], ['2026-03-02T09:00:00Z', '2026-03-02T09:10:00Z']);
});

test('a hostile service: reports each fault, continues, and loses nothing', async () => {
  const dir = join(root, 'hostile');
  const service = new ActivityService(TENANT);
  await using server = await service.start();
  await using elsewhere = await TestServer.start((_, response) => json(response, []));
  for (const type of CONTENT_TYPES) service.enabled.add(type);
  const foreign = recordText(90, { OrganizationId: '11111111-7d2a-4f6b-9c3d-2e8a61f0b794' });
  const deep = `{"Id":"x","a":${'['.repeat(5000)}${']'.repeat(5000)}}`;
  const bomb = gzipSync(Buffer.alloc(100 << 20, 0x20));
  const createdMs = NOW_MS - HOUR_MS;
  const put = (id: string, rest: object): void => {
    service.put({ id, createdMs, body: '', ...rest });
  };
  put('1-good', { body: listOf(1, 2) });
  put('2-html', { body: '<html><title>Sign in</title></html>' });
  put('3-foreign', { body: `[${foreign},${recordText(3)}]` });
  put('4-deep', { body: `[${recordText(4)},${deep},${recordText(5)}]` });
  put('5-elsewhere', { uri: `${elsewhere.origin}/api/v1.0/audit/5` });
  put('6-redirect', { answer: redirectTo(elsewhere.origin) });
  put('7-bomb', {
    answer: (_: unknown, response: ServerResponse) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb);
    },
  });
  put('8-huge', {
    answer: (_: unknown, response: ServerResponse) => {
      response.writeHead(200, { 'content-length': String(2 ** 31) }).flushHeaders();
    },
  });
  put('9-cut', { body: `[${recordText(6)},${recordText(7).slice(0, 99)}` });
  put('a-no-records', { body: '[1,"x",null,{},{"error":{"code":"AF50000"}}]' });
  const clock = new ManualClock(NOW_MS);
  const collector = activityCollector({ origin: server.origin, tenant: TENANT, clock });
  let problems: readonly string[] = [];
  for (let poll = 0; poll < 4; poll++) {
    ({ problems } = await pollHere(dir, clock, collector));
    clock.advance(2 * HOUR_MS);
  }
  assert.deepEqual(elsewhere.asked, []);
  assert.match(problems.join('; '), /Audit.SharePoint: partial \(unreadable\)/);
  await assertExactlyOnce(dir, 6);
  const quarantined = quarantinedIn(dir).map(
    ({ file, reason }) => `${file.split(' ')[1]}: ${reason}`,
  );
  assert.equal(quarantined.length, Quarantined.length, quarantined.join('; '));
  for (const [i, text] of quarantined.entries()) assert.match(text, Quarantined[i] as RegExp);
  const last = (await observationsOf(dir)).findLast(({ outcome }) => outcome === 'partial');
  assert.equal(last?.code, 'unreadable');
  assert.equal(last?.listed, 10);
});

const Quarantined: readonly RegExp[] = [
  /^2-html: not a JSON list: it begins with "<html>/,
  /^3-foreign: a record of another tenant, 11111111-/,
  /^4-deep: nested deeper than a record may be/,
  /^5-elsewhere: refused to call: a link leads to /,
  /^6-redirect: refused to call: a link leads to /,
  /^7-bomb: refused the answer .* larger than/,
  /^8-huge: refused the answer .* larger than/,
  /^9-cut: the text ends inside this record/,
  /^a-no-records: neither an object/,
  /^a-no-records: an error message where/,
  /^a-no-records: not a record of the kind/,
];

function redirectTo(origin: string): (asked: unknown, response: ServerResponse) => void {
  return (_, response) => {
    response.writeHead(302, { location: `${origin}/audit/6` }).end();
  };
}

test('content that is listed and gone is reported as lost, and not requested again', async () => {
  const dir = join(root, 'gone');
  const service = new ActivityService(TENANT);
  await using server = await service.start();
  for (const type of CONTENT_TYPES) service.enabled.add(type);
  service.put({ id: 'here', createdMs: NOW_MS - HOUR_MS, body: listOf(1) });
  service.put({
    id: 'gone',
    createdMs: NOW_MS - HOUR_MS,
    body: '',
    answer: (_, response) => json(response, { error: { code: 'AF20051' } }, 400),
  });
  const clock = new ManualClock(NOW_MS);
  const collector = activityCollector({ origin: server.origin, tenant: TENANT, clock });
  await pollHere(dir, clock, collector);
  clock.advance(HOUR_MS);
  await pollHere(dir, clock, activityCollector({ origin: server.origin, tenant: TENANT, clock }));
  const asked = server.asked.filter(({ url }) => url.pathname.endsWith('/gone'));
  assert.equal(asked.length, 1);
  const short = (await observationsOf(dir)).find(({ code }) => code === 'gone');
  assert.deepEqual([short?.outcome, short?.listed, short?.fetched], ['partial', 2, 1]);
});

test('a link loop ends, and the listed content is used', async () => {
  const dir = join(root, 'loop');
  const service = new ActivityService(TENANT);
  await using server = await service.start();
  for (const type of CONTENT_TYPES) service.enabled.add(type);
  for (let n = 0; n < 3; n++) {
    service.put({ id: `${n}`, createdMs: NOW_MS - MINUTE_MS, body: listOf(n) });
  }
  service.intercept = ({ url }, response) => {
    if (url.searchParams.get('nextPage') === '1') {
      response.setHeader('nextpageurl', `${server.origin}${url.pathname}${url.search}`);
    }
    return false;
  };
  const clock = new ManualClock(NOW_MS);
  const collector = activityCollector({ origin: server.origin, tenant: TENANT, clock });
  const { records, problems } = await pollHere(dir, clock, collector);
  assert.equal(records, 3);
  assert.match(problems[0] ?? '', /partial \(loop\)/);
});

test('reports temporary failures, and requests that content again', async () => {
  const dir = join(root, 'trouble');
  const service = new ActivityService(TENANT);
  await using server = await service.start();
  for (const type of CONTENT_TYPES) service.enabled.add(type);
  for (let n = 0; n < 20; n++) {
    service.put({ id: `${n}`, createdMs: NOW_MS - (n + 1) * 7 * HOUR_MS, body: listOf(n) });
  }
  let answers = 0;
  service.intercept = ({ url }, response) => {
    if (!url.pathname.includes('/activity/')) return false;
    const turn = ++answers % 11;
    if (answers > 400 || turn > 7) return false;
    if (turn === 0) response.destroy();
    else if (turn < 3) json(response, { error: { code: 'AF429' } }, 403);
    else if (turn < 5) json(response, { error: { code: 'AF50000' } }, 500);
    else response.writeHead(200, { 'content-length': '9' }).write('[{', () => response.destroy());
    return true;
  };
  const clock = new ManualClock(NOW_MS);
  const collector = activityCollector({ origin: server.origin, tenant: TENANT, clock });
  let polls = 0;
  await withSink(dir, clock, async (sink) => {
    for (let isIncomplete = true; isIncomplete && polls < 50; polls++) {
      const { incomplete, behindMs } = await pollOnce(sink, collector);
      isIncomplete = incomplete > 0 || behindMs > 0;
      clock.advance(HOUR_MS);
    }
  });
  assert.ok(polls > 1 && polls < 50, `${polls} polls`);
  await assertExactlyOnce(dir, 20);
});

test('reports a quota that is too small, and when it starts to lose content', async () => {
  const dir = join(root, 'quota');
  const service = new ActivityService(TENANT);
  await using server = await service.start();
  service.pageItems = 1000;
  for (const type of CONTENT_TYPES) service.enabled.add(type);
  for (let n = 0; n < 600; n++) {
    service.put({ id: `${n}`, createdMs: NOW_MS - n * 5_000, body: listOf(n) });
  }
  const clock = new ManualClock(NOW_MS);
  const origin = server.origin;
  const address = { origin, tenant: TENANT, clock, requestsPerMinute: 6 };
  const collector = activityCollector(address);
  await pollHere(dir, clock, collector);
  const { budget } = collector;
  assert.ok(budget !== undefined);
  assert.equal(budget.state, 'late: quota');
  assert.ok(budget.neededPerMinute > budget.allowedPerMinute);
  assert.equal(budget.catchUpMinutes, null);
  assert.ok(Date.parse(budget.losesFrom ?? '') > clock.now());
  const late = (await observationsOf(dir)).find(({ code }) => code === 'quota');
  assert.equal(late?.outcome, 'partial');
});

test('collects over TLS with the configured authority', async () => {
  const tls = certificateFor('127.0.0.1');
  const service = new ActivityService(TENANT);
  await using server = await service.start(tls);
  service.put({ id: 'a', createdMs: NOW_MS - HOUR_MS, body: listOf(1) });
  const clock = new ManualClock(NOW_MS);
  const origin = server.origin;
  const trusting = { origin, tenant: TENANT, clock, http: { ca: tls.cert } };
  const report = await pollHere(join(root, 'tls'), clock, activityCollector(trusting));
  assert.equal(report.records, 1);
  const refusing = activityCollector({ origin, tenant: TENANT, clock });
  const { problems, records } = await pollHere(join(root, 'no-tls'), clock, refusing);
  assert.equal(records, 0);
  assert.match(problems[0] ?? '', /certificate is not valid/);
});
