import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';
import { systemClock } from '@countersign/core';
import { ActivityService } from '../support/collection/activity-service.ts';
import { countersign, ended, start } from '../support/command-line.ts';
import { assertExactlyOnce } from '../support/exactly-once.ts';
import { ndjson, records } from '../support/exports.ts';
import { temporaryFolder } from '../support/folders.ts';
import { recordText } from '../support/ingest/audit-record.ts';
import { ServerProcess, writeConfig } from '../support/server-process.ts';

const TENANT = '5b1f4c0e-7d2a-4f6b-9c3d-2e8a61f0b794';
const SECRET = 'hush-4f6b';
const ENV = { SERVE_SECRET: SECRET };
const root = temporaryFolder('serve');

type Case = { dir: string; config: string; service: ActivityService };

async function begin(name: string): Promise<Case & AsyncDisposable> {
  const service = new ActivityService(TENANT);
  const server = await service.start();
  const config = join(root, `${name}.yaml`);
  writeConfig(config, { origin: server.origin, tenant: TENANT });
  const close = async (): Promise<void> => server[Symbol.asyncDispose]();
  return { dir: join(root, name), config, service, [Symbol.asyncDispose]: close };
}

function put(service: ActivityService, id: string, ...numbers: readonly number[]): void {
  const body = `[${numbers.map((n) => recordText(n)).join(',')}]`;
  service.put({ id, createdMs: systemClock.now() - 5000, body });
}

const brought = (line: Record<string, unknown>, records: number): boolean =>
  line['event'] === 'polled' && line['records'] === records;

test('collects, answers, is stopped, and continues where it stopped', async () => {
  await using at = await begin('through');
  put(at.service, 'first', 1, 2, 3);
  const first = await ServerProcess.start(at.dir, at.config, ENV);
  await first.logged((line) => brought(line, 3));

  // Content that is listed later is available after the next poll.
  put(at.service, 'second', 3, 4);
  await first.logged((line) => brought(line, 2));
  const events = await countersign(['query', 'SELECT * FROM events', '--json', '--data', at.dir]);
  assert.equal(events.stdout.trim().split('\n').length, 4, events.stderr);

  const metrics = await (await first.get('/metrics')).text();
  assert.match(metrics, /^countersign_records_total\{collector="[^"]+",tenant="[^"]+"\} 5$/m);
  assert.match(metrics, /^countersign_duplicates_total\{.*\} 1$/m);
  assert.match(metrics, /^countersign_quarantined_total\{.*\} 0$/m);
  assert.match(metrics, /^countersign_quota_allowed_per_minute\{.*\} \d+/m);
  assert.match(metrics, /^countersign_ledger_entries \d+$/m);
  assert.equal(await first.end(), 0);
  assert.equal(first.log.at(-1)?.event, 'stopped');

  put(at.service, 'third', 5);
  const second = await ServerProcess.start(at.dir, at.config, ENV);
  await second.logged((line) => brought(line, 1));
  assert.equal(await second.end('SIGINT'), 0);
  const again = second.log.filter((line) => Number(line['records']) > 1);
  assert.deepEqual(again, [], 'nothing was fetched twice');
  await assertExactlyOnce(at.dir, 5);
});

test('a service that runs', async (t) => {
  await using at = await begin('answers');
  put(at.service, 'first', 1);
  const serving = await ServerProcess.start(at.dir, at.config, ENV);
  await serving.logged((line) => brought(line, 1));
  await t.test('gives three kinds of answers, and never a boolean', () =>
    givesThreeAnswers(at, serving),
  );
  await t.test('serves only read requests, and refuses a foreign Host header', () =>
    refusesForeignRequests(serving),
  );
  await t.test('tells a second server that the ledger is locked', async () => {
    const args = ['serve', '--config', at.config, '--data', at.dir];
    const { code, stderr } = await countersign(args, { env: ENV });
    assert.equal(code, 3);
    assert.match(stderr, /another process/);
  });
  assert.equal(await serving.end(), 0);
});

async function givesThreeAnswers(at: Case, serving: ServerProcess): Promise<void> {
  const health = await serving.get('/api/v1/health');
  const answer = (await health.json()) as { kind: string };
  assert.match(answer.kind, /^(?:yes|no|unknown)$/);
  assert.equal(health.status, answer.kind === 'yes' ? 200 : 503);

  const coverage = await indexedCoverage(serving);
  const result = await countersign(['coverage', '--json', '--data', at.dir]);
  const lines = result.stdout.trim().split('\n');
  const rows = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  // A poll in between moves the ends of intervals, but changes neither their states nor the form.
  const of = (all: readonly Record<string, unknown>[]): unknown[] => [
    Object.keys(all[0] ?? {}),
    [...new Set(all.map(({ source }) => String(source)))].sort(),
  ];
  assert.deepEqual(of(coverage), of(rows));
  for (const row of coverage) {
    assert.doesNotMatch(JSON.stringify(Object.values(row)), /\btrue\b|\bfalse\b/);
  }
  // An unknown tenant has no data, and the answer says so: no list is empty without a reason.
  const stranger = `/api/v1/coverage?tenant=${TENANT.replace(/^./, '0')}`;
  const { items: none, complete } = await serving.ask<CoverageReply>(stranger);
  assert.deepEqual([none.length, complete.kind], [0, 'unknown']);
  assert.match(JSON.stringify(complete), /no entry of the ledger states which interval/);
  assert.equal((await serving.get('/api/v1/coverage')).status, 401);
}

type CoverageReply = {
  readonly items: readonly Record<string, unknown>[];
  readonly complete: { readonly kind: string; readonly because: readonly object[] };
};

/** Until the first interval is indexed, the answer says that nothing is known. */
async function indexedCoverage(
  serving: ServerProcess,
): Promise<readonly Record<string, unknown>[]> {
  for (;;) {
    const { items, complete } = await serving.ask<CoverageReply>('/api/v1/coverage');
    if (items.length > 0) return items;
    assert.equal(complete.kind, 'unknown');
  }
}

test('runs the work that other commands forward, and keeps collecting', async () => {
  await using at = await begin('handed');
  const serving = await ServerProcess.start(at.dir, at.config, ENV);
  await serving.logged(({ event }) => event === 'polled');
  const imported = await countersign(['import', '-', '--json', '--data', at.dir], {
    input: ndjson(records(7)),
  });
  assert.equal((JSON.parse(imported.stdout) as { accepted: number }).accepted, 7);
  await serving.logged(({ event }) => event === 'work-ended');
  put(at.service, 'after', 1);
  await serving.logged((line) => brought(line, 1));
  assert.equal(await serving.end(), 0);
  const { code, stdout } = await countersign(['ledger', 'fsck', '--data', at.dir]);
  assert.equal(code, 0, stdout);
});

test('returns work that it has not begun to the command that sent it', async () => {
  await using at = await begin('left');
  const serving = await ServerProcess.start(at.dir, at.config, ENV);
  // An import of standard input ends with its input, and the next one waits for it.
  const first = start(['import', '-', '--json', '--data', at.dir]);
  first.stdin?.write(ndjson(records(3)));
  const firstEnded = ended(first);
  first.stdin?.end();
  await serving.logged(({ event }) => event === 'work-ended');
  const second = countersign(['import', '-', '--json', '--data', at.dir], {
    input: ndjson(records(5)),
  });
  assert.equal(await serving.end(), 0);
  const documents = [await firstEnded, await second].map(({ stdout }) => JSON.parse(stdout));
  assert.deepEqual(
    documents.map(({ accepted, duplicates }) => [accepted, duplicates]),
    [
      [3, 0],
      [2, 3],
    ],
  );
});

test('shows no secret in its log, its pages and its files', async () => {
  await using at = await begin('secret');
  // A service that fails and echoes the request.
  at.service.intercept = ({ body, url }, response) => {
    if (!url.pathname.endsWith('/token')) return false;
    response.statusCode = 400;
    response.end(JSON.stringify({ error: 'invalid_client', error_description: body }));
    return true;
  };
  const serving = await ServerProcess.start(at.dir, at.config, ENV);
  await serving.logged(({ event }) => event === 'problem');
  const pages = ['/metrics', '/api/v1/health', '/api/v1/coverage'].map(async (path) =>
    (await serving.get(path)).text(),
  );
  const said = JSON.stringify([serving.log, await Promise.all(pages)]);
  assert.ok(!said.includes(SECRET), said);
  assert.equal(await serving.end(), 0);
});

test('an owned but unconnected tenant is in every answer about the company', async () => {
  await using at = await begin('inventory');
  const [file, forgotten] = [join(root, 'owned.yaml'), 'a7c4e9d2-5b18-4f3a-8e60-d2f1b3c59a74'];
  const listed = (use: string): string =>
    `tenants:\n  - {id: ${TENANT}, name: Northmoor, use: production}\n` +
    `  - {id: ${forgotten}, name: Northmoor Test, use: ${use}}\n`;
  writeFileSync(file, listed('test'));
  writeFileSync(at.config, `inventory: ${file}\n${readFileSync(at.config, 'utf8')}`);
  put(at.service, 'first', 1, 2);
  const first = await ServerProcess.start(at.dir, at.config, ENV);
  await first.logged((line) => brought(line, 2));
  const { items } = await first.ask<CoverageReply>('/api/v1/coverage');
  const [row, ...more] = items.filter(({ tenant }) => tenant === forgotten);
  const [entry = -1] = (row?.['entries'] ?? []) as readonly number[];
  assert.deepEqual([row?.['state'], row?.['source'], more.length], ['unknown', '*', 0]);
  assert.equal(await first.end(), 0);

  const who = 'freya.sandison@northmoor.example';
  const because = /Northmoor Test \(test\), a tenant of this company, is not connected/;
  const ask = (...args: string[]): ReturnType<typeof countersign> =>
    countersign([...args, '--data', at.dir]);
  for (const question of [['timeline'], ['statement', who], ['coverage', '--json']]) {
    const { stdout, stderr } = await ask(...question);
    assert.match(stdout + stderr, because, question.join(' '));
  }
  for (const question of [['timeline'], ['statement', who]]) {
    const { stdout, stderr } = await ask(...question, '--tenant', TENANT);
    assert.doesNotMatch(
      stdout + stderr,
      because,
      'limited to one tenant, the others are not mentioned',
    );
  }
  assert.equal((await ask('rebuild')).code, 0);
  assert.match((await ask('coverage', '--json')).stdout, because, 'after a rebuild as well');

  // Repeated only if the text changes.
  const second = await ServerProcess.start(at.dir, at.config, ENV);
  await second.logged(({ event }) => event === 'polled');
  assert.equal(await second.end(), 0);
  assert.ok(!second.log.some(({ event }) => event === 'config-said'));
  writeFileSync(file, listed('acquired'));
  const third = await ServerProcess.start(at.dir, at.config, ENV);
  const said = await third.logged(({ event }) => event === 'config-said');
  assert.ok(Number(said['entry']) > entry);
  assert.equal(await third.end(), 0);
});

async function refusesForeignRequests(serving: ServerProcess): Promise<void> {
  assert.equal((await fetch(`${serving.url}/metrics`, { method: 'POST' })).status, 405);
  assert.equal((await serving.get('/')).status, 404);
  const asked = await new Promise<number | undefined>((resolve, reject) => {
    const options = { headers: { host: 'evil.example' } };
    request(`${serving.url}/metrics`, options, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on('error', reject)
      .end();
  });
  assert.equal(asked, 403);
}

test('refuses a broken configuration, and names every bad line', async () => {
  await using at = await begin('broken');
  const args = ['serve', '--config', at.config, '--data', at.dir];
  const { code, stderr } = await countersign(args, { env: { SERVE_SECRET: '' } });
  assert.equal(code, 2);
  const [problem, sentence, ...more] = stderr.trim().split('\n');
  assert.match(problem ?? '', /broken\.yaml:9:21: .*env: the variable of this name is not set/);
  const head = 'countersign: nothing was started: the configuration has 1 problem';
  assert.equal(sentence, head);
  assert.deepEqual(more, []);
  const good = await countersign([...args, '--check'], { env: ENV });
  assert.equal(good.code, 0, good.stderr);
  const without = await countersign(['serve', '--data', at.dir]);
  assert.equal(without.code, 2);
  assert.match(without.stderr, /could not read the configuration .*countersign\.yaml/);
});
