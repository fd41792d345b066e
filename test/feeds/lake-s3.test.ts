import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { systemClock, systemRandom } from '@countersign/core';
import { DuckDBInstance } from '@duckdb/node-api';
import type { LakeFeedConfig } from '../../apps/countersign/src/config/feeds/lake.ts';
import { systemResolve } from '../../apps/countersign/src/feeds/delivery/egress.ts';
import {
  type Delivery,
  type Sink,
  SinkError,
} from '../../apps/countersign/src/feeds/delivery/sink.ts';
import { openSink } from '../../apps/countersign/src/feeds/sinks/open-sink.ts';
import { type Answer, TestServer } from '../../tools/testing/server.ts';
import { eventDeliveries, ORIGIN, TENANT } from '../support/feeds/deliveries.ts';
import {
  S3_ACCESS_KEY,
  S3_SECRET_KEY,
  type S3Server,
  startS3,
  withoutS3,
} from '../support/feeds/s3-server.ts';
import { temporaryFolder } from '../support/folders.ts';

const NEVER = new AbortController().signal;
const BUCKET = 'security-lake';
const PREFIX = 'ext/cs-3002/region=us-east-1/accountId=123456789012/eventDay=20260302';
const skip = withoutS3();
const root = temporaryFolder('lake-s3');

let server: S3Server | undefined;

before(async () => {
  if (skip === false) server = await startS3(BUCKET);
});

after(() => server?.[Symbol.asyncDispose]());

async function open(endpoint: string, secret = S3_SECRET_KEY): Promise<Sink> {
  const secrets = { accessKeyId: { env: 'KEY' }, secretAccessKey: { env: 'SECRET' } };
  const feed: LakeFeedConfig = {
    ...{ name: 'lake', kind: 'lake', kinds: ['event'], people: 'names', start: 'latest' },
    ...{ allow: ['loopback'], s3: { endpoint, bucket: BUCKET, ...secrets } },
    ...{ source: 'cs', region: 'us-east-1', accountId: '123456789012', every: 300_000 },
  };
  return openSink(feed, {
    ...{ origin: ORIGIN, dir: root, version: '1', random: systemRandom, resolve: systemResolve },
    clock: systemClock,
    env: { KEY: S3_ACCESS_KEY, SECRET: secret },
  });
}

test('a real S3 server holds each object once, and DuckDB reads it', { skip }, async () => {
  assert.ok(server);
  for (const _ of [1, 2]) {
    const sink = await open(server.endpoint);
    assert.deepEqual(await sink.send(eventDeliveries(0, 1000), NEVER), { refused: [] });
    await sink.close();
  }
  const object = `${server.endpoint}/${BUCKET}/${PREFIX}/0-999.parquet`;
  const answer = await server.client.fetch(object);
  assert.equal(answer.status, 200);
  const path = join(root, 'read.parquet');
  writeFileSync(path, Buffer.from(await answer.arrayBuffer()));
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const counts = `SELECT count(*), count(DISTINCT cs_id) FROM read_parquet('${path}')`;
  assert.deepEqual((await connection.runAndReadAll(counts)).getRowsJson(), [['1000', '1000']]);
  connection.closeSync();
});

test('an erasure names the objects that the role cannot rewrite', { skip }, async () => {
  assert.ok(server);
  const sink = await open(server.endpoint);
  await sink.send(eventDeliveries(5000, 10), NEVER);
  const at = '2026-03-02T09:00:00Z';
  const erasure = (index: number, ranges: readonly (readonly number[])[]): Delivery => ({
    ...{ index, kind: 'erasure', id: `${ORIGIN}#${index}`, at, seen: at, tenant: TENANT },
    body: { v: 1, ranges },
  });
  const other = await open(server.endpoint);
  const { refused } = await other.send([erasure(9000, [[5005, 5006]]), erasure(9001, [])], NEVER);
  assert.deepEqual(refused, [
    {
      index: 9000,
      because:
        '1 objects may hold erased records, and must be rewritten: ' +
        `${PREFIX}/5000-5009.parquet`,
    },
  ]);
  await sink.close();
  await other.close();
});

test('a wrong secret is misconfigured, and no error shows it', { skip }, async () => {
  assert.ok(server);
  const wrong = await open(server.endpoint, 'wr0ng-secret');
  await assert.rejects(wrong.send(eventDeliveries(0, 1), NEVER), (error: unknown) => {
    assert.doesNotMatch(`${error}${JSON.stringify(error)}`, /wr0ng-secret/);
    return isFailure('MISCONFIGURED', /SignatureDoesNotMatch; check secretAccessKey/)(error);
  });
});

const FAULTS: readonly (readonly [what: string, answer: Answer, code: SinkError['code']])[] = [
  ['503 SlowDown', (_, to) => void to.writeHead(503).end('<Code>SlowDown</Code>'), 'UNAVAILABLE'],
  ['429', (_, to) => void to.writeHead(429, { 'retry-after': '9' }).end(), 'UNAVAILABLE'],
  ['409', (_, to) => void to.writeHead(409).end(), 'UNAVAILABLE'],
  ['403', (_, to) => void to.writeHead(403).end('<Code>AccessDenied</Code>'), 'MISCONFIGURED'],
  ['404', (_, to) => void to.writeHead(404).end('<Code>NoSuchBucket</Code>'), 'MISCONFIGURED'],
  ['a clock skew', (_, to) => void to.writeHead(403).end('RequestTimeTooSkewed'), 'UNAVAILABLE'],
  ['a closed connection', (_, to) => void to.destroy(), 'UNAVAILABLE'],
];

for (const [what, answer, code] of FAULTS) {
  test(`S3: ${what} is ${code}, and the batch arrives afterwards`, async () => {
    let isFaulty = true;
    await using fake = await TestServer.start((asked, to) =>
      isFaulty ? answer(asked, to) : void to.writeHead(200).end(),
    );
    const sink = await open(fake.origin);
    await assert.rejects(sink.send(eventDeliveries(0, 2), NEVER), isFailure(code, /./));
    isFaulty = false;
    await sink.send(eventDeliveries(0, 2), NEVER);
    const [first, second] = fake.asked;
    assert.equal(first?.method, 'PUT');
    assert.equal(first?.url.pathname, second?.url.pathname);
    assert.equal(second?.headers['if-none-match'], '*');
    assert.match(second?.headers.authorization ?? '', /SignedHeaders=host;if-none-match;/);
    await sink.close();
  });
}

test('an object that exists is delivered: 412 is a success', async () => {
  await using fake = await TestServer.start((_, to) => void to.writeHead(412).end());
  const sink = await open(fake.origin);
  assert.deepEqual(await sink.send(eventDeliveries(0, 2), NEVER), { refused: [] });
  await sink.close();
});

function isFailure(code: SinkError['code'], message: RegExp) {
  return (error: unknown): boolean => {
    assert.ok(error instanceof SinkError, String(error));
    assert.deepEqual([error.code, message.test(error.message)], [code, true], error.message);
    return true;
  };
}
