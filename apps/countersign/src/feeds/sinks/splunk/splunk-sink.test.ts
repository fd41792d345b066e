import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { ManualClock } from '@countersign/core';
import type { SplunkFeedConfig } from '../../../config/feeds/splunk.ts';
import { type Delivery, type Sink, SinkError, type SinkErrorCode } from '../../delivery/sink.ts';
import { delivery, ORIGIN } from '../../testing/deliveries.ts';
import { FakeSplunk, type SplunkOptions } from '../../testing/fake-splunk.ts';
import { FEED, sinkEnvironment } from '../../testing/sink-environment.ts';
import { openSplunkSink } from './splunk-sink.ts';

const TOKEN = 'c3a1f2e4-0000-4000-8000-1f0e2d3c4b5a';
const TOKENS = {
  [TOKEN]: { acknowledgment: false, indexes: ['sec'] },
  acks: { acknowledgment: true },
  off: { acknowledgment: false, isDisabled: true },
};
const never = new AbortController().signal;

describe('the Splunk sink without acknowledgment', () => {
  test('proves that Splunk accepted the records, in order', async () => {
    await using world = await World.start();
    assert.equal(world.sink.proof, 'accepted');
    const records = deliveriesFrom(1, 2500);
    assert.deepEqual(await world.sink.send(records, never), { refused: [] });
    assert.deepEqual(
      world.splunk.accepted,
      records.map(({ id }) => id),
    );
    assert.equal(world.splunk.indexed[0]?.['sourcetype'], 'ocsf:json');
    assert.equal(world.splunk.requests.length, 3);
  });

  test('cannot see that a receiver indexes nothing', async () => {
    await using world = await World.start({ indexing: 'never' });
    await world.sink.send([delivery(1)], never);
    assert.equal(world.splunk.accepted.length, 1);
    assert.equal(world.splunk.indexed.length, 0);
  });

  test('waits for no acknowledgment that it did not ask for', async () => {
    await using world = await World.start();
    world.splunk.faults.push({ path: 'event', body: { text: 'Success', code: 0, ackId: 3 } });
    await world.sink.send([delivery(1)], never);
    assert.deepEqual(world.waits, []);
  });

  test('keeps requests below 1 MiB, and sends a larger record alone', async () => {
    await using world = await World.start({ bodyBytesMax: 1024 * 1024 });
    const body = { message: 'x'.repeat(400_000) };
    const large = { message: 'x'.repeat(1_100_000) };
    const records = [delivery(1, body), delivery(2, body), delivery(3, body), delivery(4, large)];
    const { refused } = await world.sink.send([...records, delivery(5)], never);
    assert.deepEqual(
      refused.map(({ index }) => index),
      [4],
    );
    assert.match(refused[0]?.because ?? '', /413/);
    assert.deepEqual(indicesOf(world.splunk), [1, 2, 3, 5]);
  });

  for (const invalidEventFrom of [0, 1, undefined] as const) {
    const counted = invalidEventFrom === undefined ? 'not counted' : `from ${invalidEventFrom}`;
    test(`quarantines only the refused records (events are ${counted})`, async () => {
      const isPoison = ({ fields }: { fields: Readonly<Record<string, string>> }): boolean =>
        ['7', '8', '90'].includes(fields['cs_index'] ?? '');
      await using world = await World.start({ isPoison, invalidEventFrom });
      const { refused } = await world.sink.send(deliveriesFrom(1, 100), never);
      assert.deepEqual(
        refused.map(({ index }) => index),
        [7, 8, 90],
      );
      assert.match(refused[0]?.because ?? '', /code 6: "Invalid data format"/);
      const taken = deliveriesFrom(1, 100).map(({ index }) => index);
      assert.deepEqual(
        indicesOf(world.splunk),
        taken.filter((at) => ![7, 8, 90].includes(at)),
      );
    });
  }

  const WRONG: readonly (readonly [what: string, feed: Partial<SplunkFeedConfig>, says: RegExp])[] =
    [
      ['a wrong token', { token: { env: 'WRONG' } }, /code 4: "Invalid token"; check the token/],
      ['a disabled token', { token: { env: 'OFF' } }, /code 1.*; enable the token/],
      ['a wrong index', { index: 'main' }, /code 7: "Incorrect index"; check "index"/],
      ['a token with acknowledgment', { token: { env: 'ACKS' } }, /add "acknowledgment: true"/],
    ];
  for (const [what, feed, says] of WRONG) {
    test(`stops at ${what}, and names the cure`, async () => {
      await using world = await World.start({}, feed);
      const error = await errorOf(world.sink);
      assert.equal(error.code, 'MISCONFIGURED');
      assert.match(error.message, says);
      assert.ok(!error.message.includes(TOKEN));
      assert.equal(world.splunk.accepted.length, 0);
    });
  }

  const BUSY = { text: 'Server is busy', code: 9 };
  const FAULTS = [
    ['a busy receiver', { status: 503, body: BUSY, headers: { 'retry-after': '7' } }, /busy/],
    ['a code that is not 0 in a 200', { status: 200, body: BUSY }, /200, code 9/],
    ['a page of a proxy', { status: 200, body: '<html>' }, /not one of HEC.*check "url"/],
    ['a redirect', { status: 302, headers: { location: 'https://x.example/' } }, /not followed/],
    ['a lost answer', { after: 'lost answer' }, /could not reach/],
  ] as const;
  for (const [what, fault, says] of FAULTS) {
    test(`asks for a retry after ${what}`, async () => {
      await using world = await World.start();
      world.splunk.faults.push({ path: 'event', ...fault });
      const error = await errorOf(world.sink);
      assert.equal(error.code, 'UNAVAILABLE');
      assert.match(error.message, says);
      assert.equal(error.retryAfterMs, what === 'a busy receiver' ? 7000 : undefined);
      // The next attempt works.
      await world.sink.send([delivery(1)], never);
    });
  }

  test('tells from 410 that the receiver is gone', async () => {
    await using world = await World.start();
    world.splunk.faults.push({ path: 'event', status: 410, body: {} });
    assert.equal((await errorOf(world.sink)).code, 'GONE' satisfies SinkErrorCode);
  });
});

describe('the Splunk sink with acknowledgment', () => {
  test('proves that records are indexed, with several requests in flight', async () => {
    await using world = await World.start({ pollsUntilIndexed: 3 }, ACKS);
    assert.equal(world.sink.proof, 'indexed');
    assert.ok(world.sink.batchesInFlightMax > 1);
    const sent = [1, 11, 21].map((from) => world.sink.send(deliveriesFrom(from, 10), never));
    for (const result of await Promise.all(sent)) assert.deepEqual(result, { refused: [] });
    assert.equal(world.splunk.indexed.length, 30);
    assert.deepEqual(
      indicesOf(world.splunk),
      deliveriesFrom(1, 30).map(({ index }) => index),
    );
    const channels = new Set(world.splunk.requests.map(({ channel }) => channel));
    assert.equal(channels.size, 1);
  });

  test('stays at one indexer behind a load balancer with cookies', async () => {
    const options = { indexers: 3, stickiness: 'cookie', pollsUntilIndexed: 1 } as const;
    await using world = await World.start(options, ACKS);
    for (let index = 1; index <= 5; index++) await world.sink.send([delivery(index)], never);
    assert.deepEqual(indicesOf(world.splunk), [1, 2, 3, 4, 5]);
  });

  test('names sticky sessions if polls reach the wrong indexer', async () => {
    // Events reach one indexer and polls the other: each request goes to the next one.
    await using world = await World.start({ indexers: 2 }, ACKS);
    world.splunk.faults.push(...Array.from({ length: 99 }, () => POLL_OF_ANOTHER_INDEXER));
    const error = await errorOf(world.sink);
    assert.equal(error.code, 'UNAVAILABLE');
    assert.match(error.message, /health is good.*without sticky sessions/);
    assert.ok(world.elapsedMs >= 300_000 && world.elapsedMs < 320_000, `${world.elapsedMs}`);
    // The next attempt uses another channel.
    world.splunk.faults.length = 0;
    await world.sink.send([delivery(1)], never);
    assert.equal(new Set(world.splunk.requests.map(({ channel }) => channel)).size, 2);
    assert.deepEqual(world.splunk.accepted, [`${ORIGIN}#1`, `${ORIGIN}#1`]);
    assert.deepEqual(indicesOf(world.splunk), [1]);
  });

  test('proves nothing if the receiver answers 200 and indexes nothing', async () => {
    await using world = await World.start({ indexing: 'never' }, ACKS);
    const error = await errorOf(world.sink);
    assert.match(error.message, /index discards what it takes/);
    assert.equal(world.splunk.accepted.length, 1);
  });

  test('names an unhealthy receiver instead', async () => {
    await using world = await World.start({ indexing: 'never' }, ACKS);
    const body = { text: 'HEC is unhealthy, ack service unavailable', code: 19 };
    world.splunk.faults.push({ path: 'health', status: 503, body });
    const error = await errorOf(world.sink);
    assert.match(error.message, /health check answered 503, "HEC is unhealthy, ack service/);
    assert.doesNotMatch(error.message, /sticky/);
  });

  test('polls every 1 to 10 seconds, also through failed polls', async () => {
    await using world = await World.start({ pollsUntilIndexed: 4 }, ACKS);
    world.splunk.faults.push({ path: 'ack', status: 503, body: { text: 'busy', code: 9 } });
    await world.sink.send([delivery(1)], never);
    assert.deepEqual(world.waits, [1000, 2000, 4000, 8000, 10_000, 10_000]);
  });

  test('sends again if the answer with the only "true" was lost', async () => {
    await using world = await World.start({}, ACKS);
    world.splunk.faults.push({ path: 'ack', after: 'lost answer' });
    assert.equal((await errorOf(world.sink)).code, 'UNAVAILABLE');
    assert.deepEqual(indicesOf(world.splunk), [1]);
    await world.sink.send([delivery(1)], never);
    // Twice, with the same cs_id.
    assert.deepEqual(indicesOf(world.splunk), [1, 1]);
  });

  test('stops at a token without acknowledgment, and names the cure', async () => {
    await using world = await World.start({}, { acknowledgment: true });
    const error = await errorOf(world.sink);
    assert.equal(error.code, 'MISCONFIGURED');
    assert.match(error.message, /no indexer acknowledgment: enable it/);
  });

  test('sends a batch again if the indexer forgot the channel', async () => {
    await using world = await World.start({ pollsUntilIndexed: 9 }, ACKS);
    const first = errorOf(world.sink);
    while (world.splunk.accepted.length === 0) await turn();
    world.splunk.faults.push({ path: 'event', body: { text: 'Success', code: 0, ackId: 0 } });
    const stop = new AbortController();
    const second = world.sink.send([delivery(2)], stop.signal).catch(() => undefined);
    assert.match((await first).message, /forgot the channel/);
    stop.abort();
    await second;
  });

  test('stops waiting when the feed stops', async () => {
    await using world = await World.start({ indexing: 'never' }, ACKS);
    const stop = new AbortController();
    const sent = world.sink.send([delivery(1)], stop.signal);
    while (world.splunk.accepted.length === 0) await turn();
    stop.abort();
    await assert.rejects(sent, /stopping/);
  });
});

const ACKS = { acknowledgment: true, token: { env: 'ACKS' } } as const;
const POLL_OF_ANOTHER_INDEXER = { path: 'ack', body: { acks: { 0: false } } } as const;

/** A sink, its receiver, and a time that passes while the sink waits. */
class World implements AsyncDisposable {
  readonly waits: number[] = [];
  readonly splunk: FakeSplunk;
  readonly sink: Sink;
  readonly #clock = new ManualClock(1_767_225_600_000);

  private constructor(splunk: FakeSplunk, feed: Partial<SplunkFeedConfig>) {
    const env = { TOKEN, ACKS: 'acks', OFF: 'off', WRONG: 'wrong' };
    this.splunk = splunk;
    this.sink = openSplunkSink(
      {
        ...FEED,
        kind: 'splunk',
        url: splunk.url,
        token: { env: 'TOKEN' },
        acknowledgment: false,
        source: 'countersign',
        sourceType: 'ocsf:json',
        ...feed,
      },
      sinkEnvironment({ clock: this.#clock, env }),
      async (ms, signal) => {
        this.waits.push(ms);
        this.#clock.advance(ms);
        await turn();
        signal?.throwIfAborted();
      },
    );
  }

  static async start(
    options: Partial<SplunkOptions> = {},
    feed: Partial<SplunkFeedConfig> = {},
  ): Promise<World> {
    return new World(await FakeSplunk.start({ tokens: TOKENS, ...options }), feed);
  }

  get elapsedMs(): number {
    return this.#clock.monotonic();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.sink.close();
    await this.splunk[Symbol.asyncDispose]();
  }
}

function deliveriesFrom(index: number, count: number): Delivery[] {
  return Array.from({ length: count }, (_, at) => delivery(index + at));
}

function indicesOf({ indexed }: FakeSplunk): number[] {
  return indexed.map(({ fields }) => Number(fields['cs_index']));
}

async function errorOf(sink: Sink): Promise<SinkError> {
  const error: unknown = await sink.send([delivery(1)], never).then(
    () => assert.fail('it was delivered'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof SinkError, String(error));
  return error;
}
