import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DAY_MS, SignalBuffer } from './signal-buffer.ts';
import { failedSignal, type Signal } from './signal-extractor.ts';

/** More than a rule may match on a day. */
const FLOOD = 20_100;
const MATCH: Signal = {
  ...{ stream: 'rule 1', kind: 'rule', group: '["ada"]', part: 0, values: '[]', about: '{}' },
};

function flooded(signal: Signal): ReturnType<SignalBuffer['take']> {
  const buffer = new SignalBuffer();
  for (let index = 0; index < FLOOD; index++) {
    buffer.add({ index, tenant: 't', event: { timeMs: 1000 } }, [signal]);
  }
  return buffer.take();
}

test('a rule with too many matches on a day keeps no more of them, and counts all', () => {
  const { rows, counts } = flooded(MATCH);
  assert.equal(rows.length, 20_000);
  assert.deepEqual(counts, [{ stream: 'rule 1', day: 0, count: FLOOD, max: 20_000 }]);
});

test('a day that one batch throttled keeps no rows of later batches', () => {
  const buffer = new SignalBuffer();
  const add = (times: number, timeMs: number): void => {
    for (let index = 0; index < times; index++) {
      buffer.add({ index, tenant: 't', event: { timeMs } }, [MATCH]);
    }
  };
  add(FLOOD, 1000);
  assert.equal(buffer.isFull('rule 1', 2000), true);
  assert.equal(buffer.isFull('rule 1', DAY_MS), false);
  buffer.take();
  add(2, 1000);
  add(1, DAY_MS);
  const { rows, counts } = buffer.take();
  assert.deepEqual(
    [rows.map(({ timeMs }) => timeMs), counts.map(({ count }) => count)],
    [[DAY_MS], [2, 1]],
  );
});

test('a flood of records on which a rule throws is never throttled', () => {
  const { rows, counts } = flooded(failedSignal('rule 1', 'a bug'));
  assert.deepEqual(counts, []);
  assert.equal(rows.length, 100);
  assert.ok(rows.every(({ stream }) => stream === 'failed rule 1'));
});
