import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StoreError } from '../../store/errors.ts';
import { eventAt, FeedBench, upTo } from '../testing/feed-bench.ts';
import type { DeliveryState } from './feed-runner.ts';
import { WEBHOOK_SCHEDULE } from './retry-schedule.ts';
import { SinkError } from './sink.ts';

const HOUR_MS = 3_600_000;

test('delivers everything in order, and a position is durable before the next batch', async () => {
  using bench = new FeedBench(35);
  const positions: number[] = [];
  bench.sink.answer = async ([first]) => {
    positions.push(bench.row.next);
    assert.equal(bench.row.next, first?.index);
    return undefined;
  };
  await bench.run(() => bench.row.next === 35);
  assert.deepEqual(bench.sink.received, upTo(35));
  assert.deepEqual(positions, [0, 10, 20, 30]);
  const { records, next, sentNext, proof, deliveredMs } = bench.row;
  assert.deepEqual(
    { records, next, sentNext, proof },
    { records: 35, next: 35, sentNext: 35, proof: 'accepted' },
  );
  assert.notEqual(deliveredMs, null);
});

test('continues after a restart without sending anything twice', async () => {
  using bench = new FeedBench(20);
  await bench.run(() => bench.row.next === 20);
  bench.ledger.push(eventAt(20), eventAt(21));
  await bench.run(() => bench.row.next === 22);
  assert.deepEqual(bench.sink.received, upTo(22));
});

test('a receiver that is down for an hour gets everything, and the log has one line', async () => {
  using bench = new FeedBench(25);
  const backMs = bench.clock.now() + HOUR_MS;
  bench.sink.answer = async () => {
    if (bench.clock.now() < backMs) throw new SinkError('UNAVAILABLE', 'soc.example answered 503');
    return undefined;
  };
  await bench.run(() => bench.row.next === 25);
  assert.deepEqual(bench.sink.received, upTo(25));
  assert.ok(bench.sink.sends < 40, `${bench.sink.sends} attempts in an hour`);
  assert.ok(bench.clock.now() - backMs < 7 * 60_000, 'it noticed the return');
  assert.deepEqual(bench.said, [
    'failing: soc.example answered 503',
    'recovered: it had failed: soc.example answered 503',
  ]);
  const { failures, failingSinceMs, lastError } = bench.row;
  assert.deepEqual([failures, failingSinceMs], [0, null]);
  assert.equal(lastError, 'soc.example answered 503');
});

test('honors the pause that a receiver asks for', async () => {
  using bench = new FeedBench(1);
  const attempts: number[] = [];
  bench.sink.answer = async () => {
    attempts.push(bench.clock.monotonic());
    if (attempts.length > 1) return undefined;
    throw new SinkError('UNAVAILABLE', 'slow down', { retryAfterMs: 600_000 });
  };
  await bench.run(() => bench.row.next === 1);
  const [first = 0, second = 0] = attempts;
  assert.ok(second - first >= 600_000 && second - first < 601_000, `${second - first}`);
});

test('a webhook that fails for 76 hours is stopped, and a resumed one continues', async () => {
  using bench = new FeedBench(5);
  let isDown = true;
  bench.sink.answer = async () => {
    if (isDown) throw new SinkError('UNAVAILABLE', 'soc.example answered 500');
    return undefined;
  };
  const schedule = WEBHOOK_SCHEDULE;
  bench.waitMsMin = 60_000;
  await bench.run(() => bench.row.status === 'stopped', { schedule });
  const hours = bench.clock.monotonic() / HOUR_MS;
  assert.ok(hours > 75 && hours < 100, `${hours} hours`);
  assert.equal(bench.row.stopCode, 'EXHAUSTED');
  assert.match(bench.said.at(-1) ?? '', /^stopped: it failed 1\d times .*feeds resume soc/);
  assert.ok(bench.sink.sends < 12);
  isDown = false;
  bench.state.resume('soc', { atMs: bench.clock.now() });
  await bench.run(() => bench.row.next === 5, { schedule });
  assert.deepEqual(bench.sink.received, upTo(5));
});

for (const code of ['GONE', 'MISCONFIGURED'] as const) {
  test(`stops at once at ${code}, and sends nothing more`, async () => {
    using bench = new FeedBench(5);
    bench.sink.answer = async () => {
      throw new SinkError(code, 'no');
    };
    let polls = 0;
    await bench.run(() => bench.row.status === 'stopped' && ++polls > 5);
    assert.equal(bench.sink.sends, 1);
    assert.equal(bench.row.stopCode, code);
    bench.state.ensure({ name: 'soc', kind: 'webhook' }, { next: 0, atMs: 0 });
    assert.equal(bench.row.status, code === 'GONE' ? 'stopped' : 'running');
  });
}

test('keeps refused records aside, and delivers the others', async () => {
  using bench = new FeedBench(30);
  bench.sink.answer = async (records) => {
    const odd = records.filter(({ index }) => index === 7 || index === 23);
    return { refused: odd.map(({ index }) => ({ index, because: 'too large' })) };
  };
  await bench.run(() => bench.row.next === 30);
  assert.deepEqual(
    bench.sink.received,
    upTo(30).filter((index) => index !== 7 && index !== 23),
  );
  assert.deepEqual(
    bench.state.refused('soc').map(({ index, because }) => [index, because]),
    [
      [7, 'too large'],
      [23, 'too large'],
    ],
  );
  assert.equal(bench.row.refused, 2);
  assert.equal(bench.row.records, 28);
});

test('a record that breaks the sink itself is kept aside', async () => {
  using bench = new FeedBench(10);
  bench.sink.answer = async (records) => {
    if (records.some(({ index }) => index === 4)) throw new TypeError('cannot read it');
    return undefined;
  };
  await bench.run(() => bench.row.next === 10);
  assert.deepEqual(
    bench.sink.received,
    upTo(10).filter((index) => index !== 4),
  );
  assert.match(bench.state.refused('soc')[0]?.because ?? '', /could not send it: cannot read it/);
});

test('a receiver that refuses everything stops the feed, and skips no more', async () => {
  using bench = new FeedBench(500);
  bench.sink.answer = async (records) => ({
    refused: records.map(({ index }) => ({ index, because: 'answered 400' })),
  });
  await bench.run(() => bench.row.status === 'stopped');
  assert.equal(bench.row.next, 100);
  assert.equal(bench.row.stopCode, 'REFUSALS');
  bench.sink.answer = async () => undefined;
  bench.state.replay('soc', 0);
  bench.state.resume('soc', { atMs: 0 });
  await bench.run(() => bench.row.next === 500);
  assert.deepEqual(bench.sink.received, upTo(500));
  assert.equal(bench.row.refused, 0);
});

test('with several batches in flight, only those before the first open one count', async () => {
  using bench = new FeedBench(40);
  bench.sink.batchesInFlightMax = 3;
  const first = Promise.withResolvers<void>();
  const inFlight: number[] = [];
  bench.sink.answer = async ([record]) => {
    inFlight.push(record?.index ?? -1);
    if (record?.index === 0) await first.promise;
    if (record?.index === 20) {
      assert.equal(bench.row.next, 0);
      first.resolve();
    }
    return undefined;
  };
  await bench.run(() => bench.row.next === 40);
  assert.deepEqual(inFlight, [0, 10, 20, 30]);
  assert.deepEqual(
    bench.sink.received.toSorted((a, b) => a - b),
    upTo(40),
  );
});

test('if one of several batches fails, it and the later ones are sent again', async () => {
  using bench = new FeedBench(30);
  bench.sink.batchesInFlightMax = 3;
  let isFirst = true;
  bench.sink.answer = async ([record]) => {
    if (record?.index !== 10 || !isFirst) return undefined;
    isFirst = false;
    throw new SinkError('UNAVAILABLE', 'reset');
  };
  await bench.run(() => bench.row.next === 30);
  assert.deepEqual(new Set(bench.sink.received), new Set(upTo(30)));
  assert.deepEqual(bench.sink.received, [
    ...upTo(10),
    ...upTo(30).slice(20),
    ...upTo(30).slice(10),
  ]);
});

test('sends again what a broken connection may have lost', async () => {
  using bench = new FeedBench(30);
  let isBroken = false;
  bench.sink.answer = async ([record]) => {
    if (record?.index === 20 && !isBroken) {
      isBroken = true;
      throw new SinkError('UNAVAILABLE', 'reset', { resendFrom: 15 });
    }
    return undefined;
  };
  await bench.run(() => bench.row.next === 30);
  assert.deepEqual(bench.sink.received, [...upTo(20), ...upTo(30).slice(15)]);
});

test('the durable position stays before what may be lost, until that has settled', async () => {
  using bench = new FeedBench(20);
  const positions: number[] = [];
  let unsettledFrom: number | undefined = 5;
  bench.sink.answer = async () => {
    positions.push(bench.row.next);
    return { refused: [], unsettledFrom };
  };
  const sink = Object.assign(bench.sink, { checkConnection: () => ({ unsettledFrom }) });
  let polls = 0;
  await bench.run(
    () => {
      if (bench.row.sentNext === 20 && ++polls === 3) unsettledFrom = undefined;
      return bench.row.next === 20;
    },
    { open: async () => sink },
  );
  assert.deepEqual(positions, [0, 5]);
  assert.deepEqual(bench.sink.received, upTo(20));
  assert.equal(bench.row.sentNext, 20);
});

test('a loss that is noticed while nothing is sent is repaired', async () => {
  using bench = new FeedBench(20);
  let isReported = false;
  const checkConnection = (): { unsettledFrom: undefined } => {
    if (isReported) return { unsettledFrom: undefined };
    isReported = true;
    throw new SinkError('UNAVAILABLE', 'reset', { resendFrom: 12 });
  };
  const sink = Object.assign(bench.sink, { checkConnection });
  await bench.run(() => isReported && bench.row.next === 20, { open: async () => sink });
  assert.deepEqual(bench.sink.received, [...upTo(20), ...upTo(20).slice(12)]);
});

test('a paused feed sends nothing, and a resumed one continues', async () => {
  using bench = new FeedBench(20);
  bench.sink.answer = async ([record]) => {
    // An operator pauses it while this batch is in flight.
    if (record?.index === 10) bench.state.pause('soc', { because: 'maintenance', atMs: 0 });
    return undefined;
  };
  let polls = 0;
  await bench.run(() => bench.row.status === 'paused' && ++polls > 5);
  assert.deepEqual(bench.sink.received, upTo(20));
  assert.equal(bench.row.next, 10);
  bench.sink.answer = async () => undefined;
  bench.state.resume('soc', { atMs: 0 });
  await bench.run(() => bench.row.next === 20);
  assert.deepEqual(bench.sink.received, [...upTo(20), ...upTo(20).slice(10)]);
});

test('a replay during a delivery wins, and refused records get another chance', async () => {
  using bench = new FeedBench(30);
  let isFirst = true;
  bench.sink.answer = async ([record]) => {
    if (record?.index === 0 && isFirst) return { refused: [{ index: 3, because: 'no' }] };
    if (record?.index === 20 && isFirst) {
      isFirst = false;
      bench.state.replay('soc', 2);
    }
    return undefined;
  };
  await bench.run(() => bench.row.next === 30);
  const first = upTo(30).filter((index) => index !== 3);
  assert.deepEqual(bench.sink.received, [...first, ...upTo(30).slice(2)]);
  assert.equal(bench.row.refused, 0);
});

test('while the positions cannot be written, nothing more is sent', async () => {
  using bench = new FeedBench(30);
  const { state } = bench;
  let failures = 3;
  const full: DeliveryState = {
    row: (name) => state.row(name),
    isCurrent: (name, generation) => state.isCurrent(name, generation),
    setProof: (name, proof) => state.setProof(name, proof),
    fail: (name, failure) => state.fail(name, failure),
    stop: (name, stop) => state.stop(name, stop),
    advance: (name, advance) => {
      if (advance.next === 20 && failures-- > 0) {
        assert.deepEqual(bench.sink.received, upTo(20));
        throw new StoreError('DISK_FULL', 'could not write feeds.sqlite: the disk is full');
      }
      return state.advance(name, advance);
    },
  };
  await bench.run(() => bench.row.next === 30, { state: full });
  assert.deepEqual(bench.sink.received, upTo(30));
  assert.deepEqual(bench.said, ['state-failed: could not write feeds.sqlite: the disk is full']);
});

test('a record whose names cannot be replaced is not sent', async () => {
  using bench = new FeedBench(10);
  await bench.run(() => bench.row.next === 10, {
    redact: (record) => {
      if (record.index === 5) throw new Error('no key');
      return { ...record, id: record.id };
    },
  });
  assert.deepEqual(
    bench.sink.received,
    upTo(10).filter((index) => index !== 5),
  );
  assert.match(bench.state.refused('soc')[0]?.because ?? '', /names in it .* no key/);
});

test('entries that are not selected move the position', async () => {
  using bench = new FeedBench(0);
  bench.ledger = upTo(20).map((index) => eventAt(index, index === 7 ? { kind: 'finding' } : {}));
  await bench.run(() => bench.row.next === 20, { feed: { kinds: ['finding'] } });
  assert.deepEqual(bench.sink.received, [7]);
  assert.equal(bench.row.records, 1);
});

test('a receiver that cannot be opened is retried, and blocks nothing else', async () => {
  using bench = new FeedBench(5);
  let attempts = 0;
  await bench.run(() => bench.row.next === 5, {
    open: async () => {
      if (++attempts < 3) throw new SinkError('UNAVAILABLE', 'not yet');
      return bench.sink;
    },
  });
  assert.deepEqual(bench.sink.received, upTo(5));
});

test('a stop waits for the batch in flight, and its proof counts', async () => {
  using bench = new FeedBench(40);
  bench.sink.answer = async ([record]) => {
    if (record?.index === 10) bench.stop.abort();
    return undefined;
  };
  await bench.run(() => false);
  assert.equal(bench.row.next, 20);
  assert.deepEqual(bench.sink.received, upTo(20));
});

test('a stop aborts a batch that does not end', async () => {
  using bench = new FeedBench(20);
  bench.sink.answer = async ([record], signal) => {
    if (record?.index !== 10) return undefined;
    bench.stop.abort();
    return new Promise((_, reject) => {
      const abort = (): void => reject(new SinkError('UNAVAILABLE', 'the feed is stopping'));
      signal.addEventListener('abort', abort);
    });
  };
  await bench.run(() => false);
  assert.equal(bench.row.next, 10);
  assert.deepEqual(bench.said, []);
});
