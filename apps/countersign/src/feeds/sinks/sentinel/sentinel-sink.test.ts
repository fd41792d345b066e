import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { ManualClock, tenantId } from '@countersign/core';
import type { SentinelFeedConfig } from '../../../config/feeds/sentinel.ts';
import { type Delivery, type Sink, SinkError } from '../../delivery/sink.ts';
import { delivery, TENANT } from '../../testing/deliveries.ts';
import { FakeSentinel, type SentinelOptions } from '../../testing/fake-sentinel.ts';
import { FEED, sinkEnvironment } from '../../testing/sink-environment.ts';
import { SENTINEL_COLUMNS } from './sentinel-row.ts';
import { openSentinelSink } from './sentinel-sink.ts';

const RULE = 'dcr-0123456789abcdef0123456789abcdef';
const CLIENT = '22222222-2f4c-4b7a-9d1e-5a6b7c8d9e0f';
const SECRET = 'the-secret-of-the-app';
const never = new AbortController().signal;

describe('the Sentinel sink', () => {
  test('proves that Azure Monitor accepted the rows', async () => {
    await using world = await World.start();
    assert.equal(world.sink.proof, 'accepted');
    const records = deliveriesFrom(1, 100);
    assert.deepEqual(await world.sink.send(records, never), { refused: [] });
    assert.deepEqual(
      indicesOf(world.sentinel),
      records.map(({ index }) => index),
    );
    assert.equal(world.sentinel.tokens, 1);
  });

  test('keeps calls below 1 MB before compression', async () => {
    await using world = await World.start();
    const body = { message: 'x'.repeat(60_000) };
    const records = Array.from({ length: 40 }, (_, at) => delivery(at, body));
    assert.deepEqual(await world.sink.send(records, never), { refused: [] });
    assert.equal(world.sentinel.table.length, 40);
    assert.equal(world.sentinel.calls.length, 3);
    for (const { bytes } of world.sentinel.calls) assert.ok(bytes <= 1_000_000);
  });

  test('loses no part of a large record to the limit of a field', async () => {
    await using world = await World.start();
    await world.sink.send([delivery(1, { message: 'x'.repeat(500_000) })], never);
    const [row] = world.sentinel.table;
    assert.equal(row?.['CsThin'], true);
    assert.match(JSON.stringify(row?.['CsBody']), /"sizeBytes":500014/);
  });

  test('shows in each row which columns the rule does not declare', async () => {
    const columns = Object.keys(SENTINEL_COLUMNS).filter((name) => name !== 'CsBody');
    await using world = await World.start({ columns });
    await world.sink.send([delivery(1)], never);
    assert.deepEqual(Object.keys(world.sentinel.table[0] ?? {}), columns);
  });

  test('quarantines only the rows that are refused', async () => {
    const isPoison = (row: Readonly<Record<string, unknown>>): boolean => row['CsIndex'] === 17;
    await using world = await World.start({ isPoison });
    const { refused } = await world.sink.send(deliveriesFrom(1, 50), never);
    assert.deepEqual(
      refused.map(({ index }) => index),
      [17],
    );
    assert.match(refused[0]?.because ?? '', /400: "InvalidRequestContent: The body/);
    assert.equal(world.sentinel.table.length, 49);
  });

  test('asks for a new token when one is refused, and only once', async () => {
    await using world = await World.start({ callsPerToken: 1 });
    await world.sink.send([delivery(1)], never);
    await world.sink.send([delivery(2)], never);
    assert.equal(world.sentinel.tokens, 2);
    await using other = await World.start({ callsPerToken: 0 });
    const error = await errorOf(other.sink);
    assert.equal(error.code, 'MISCONFIGURED');
    assert.match(error.message, /401: "InvalidToken: .*check "tenant" and "cloud"/);
    assert.equal(other.sentinel.tokens, 2);
  });

  const WRONG: readonly (readonly [
    what: string,
    peer: Partial<SentinelOptions>,
    feed: Partial<SentinelFeedConfig>,
    says: RegExp,
  ])[] = [
    ['a wrong secret', { secret: 'other' }, {}, /AADSTS7000215.*configure the value of the secret/],
    ['a scope of another cloud', {}, { cloud: 'china' }, /could not get a token/],
    ['an unknown rule', { rule: 'dcr-1' }, {}, /404: "NotFound.*check "url", "rule" and "stream"/],
    ['an unknown stream', {}, { stream: 'Custom-Other' }, /InvalidStream.*check "stream"/],
  ];
  for (const [what, peer, feed, says] of WRONG) {
    test(`stops at ${what}, and names the cure`, async () => {
      await using world = await World.start(peer, feed);
      const error = await errorOf(world.sink);
      assert.equal(error.code, 'MISCONFIGURED', error.message);
      assert.match(error.message, says);
      assert.ok(!error.message.includes(SECRET));
      assert.equal(world.sentinel.table.length, 0);
    });
  }

  const THROTTLED = { error: { code: 'TooManyRequests', message: 'slow down' } };
  const FAULTS = [
    ['429', { status: 429, body: THROTTLED, headers: { 'retry-after': '11' } }, 11_000],
    ['503', { status: 503 }, undefined],
    ['200, which is no success here', { status: 200, body: {} }, undefined],
    ['a redirect', { status: 307, headers: { location: 'https://x.example/' } }, undefined],
  ] as const;
  for (const [what, fault, retryAfterMs] of FAULTS) {
    test(`asks for a retry after ${what}`, async () => {
      await using world = await World.start();
      world.sentinel.faults.push(fault);
      const error = await errorOf(world.sink);
      assert.equal(error.code, 'UNAVAILABLE');
      assert.equal(error.retryAfterMs, retryAfterMs);
      await world.sink.send([delivery(1)], never);
      assert.equal(world.sentinel.table.length, 1);
    });
  }

  test('waits for a role that takes effect later, and names it', async () => {
    await using world = await World.start({ hasRole: false });
    const error = await errorOf(world.sink);
    assert.equal(error.code, 'UNAVAILABLE');
    assert.match(error.message, /"Monitoring Metrics Publisher" on the rule/);
  });

  test('sends smaller calls after 413', async () => {
    await using world = await World.start();
    world.sentinel.faults.push({ status: 413 }, { status: 413 });
    assert.deepEqual(await world.sink.send(deliveriesFrom(1, 8), never), { refused: [] });
    assert.deepEqual(
      world.sentinel.calls.map(({ rows }) => rows),
      [2, 2, 4],
    );
  });

  test('calls no address of this machine that the feed does not allow', async () => {
    await using sentinel = await FakeSentinel.start(PEER);
    const environment = sinkEnvironment({
      clock: new ManualClock(0),
      env: { SECRET },
      allow: [],
    });
    const feed = { ...SENTINEL, url: sentinel.url, authority: sentinel.url };
    assert.throws(() => openSentinelSink(feed, environment), /is a loopback address/);
  });
});

const PEER: SentinelOptions = {
  rule: RULE,
  stream: 'Custom-Countersign',
  columns: Object.keys(SENTINEL_COLUMNS),
  tenant: TENANT,
  clientId: CLIENT,
  secret: SECRET,
  scope: 'https://monitor.azure.com/.default',
};

const SENTINEL: SentinelFeedConfig = {
  ...FEED,
  kind: 'sentinel',
  url: 'https://dce.example',
  rule: RULE,
  stream: 'Custom-Countersign',
  tenant: tenantId(TENANT),
  cloud: 'public',
  credentials: { clientId: CLIENT, credential: { kind: 'secret', place: { env: 'SECRET' } } },
};

/** A sink, its receiver, and a time that passes while the sink waits. */
class World implements AsyncDisposable {
  readonly sentinel: FakeSentinel;
  readonly sink: Sink;

  private constructor(sentinel: FakeSentinel, feed: Partial<SentinelFeedConfig>) {
    const clock = new ManualClock(1_767_225_600_000);
    this.sentinel = sentinel;
    this.sink = openSentinelSink(
      { ...SENTINEL, url: sentinel.url, authority: sentinel.url, ...feed },
      sinkEnvironment({ clock, env: { SECRET } }),
      async (ms) => {
        clock.advance(ms);
        await turn();
      },
    );
  }

  static async start(
    peer: Partial<SentinelOptions> = {},
    feed: Partial<SentinelFeedConfig> = {},
  ): Promise<World> {
    return new World(await FakeSentinel.start({ ...PEER, ...peer }), feed);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.sink.close();
    await this.sentinel[Symbol.asyncDispose]();
  }
}

function deliveriesFrom(index: number, count: number): Delivery[] {
  return Array.from({ length: count }, (_, at) => delivery(index + at));
}

function indicesOf({ table }: FakeSentinel): unknown[] {
  return table.map((row) => row['CsIndex']);
}

async function errorOf(sink: Sink): Promise<SinkError> {
  const error: unknown = await sink.send([delivery(1)], never).then(
    () => assert.fail('it was delivered'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof SinkError, String(error));
  return error;
}
