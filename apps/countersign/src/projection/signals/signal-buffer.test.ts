import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SignalGroup } from '../../store/rows/signal-row.ts';
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
  const { groups, counts } = flooded(MATCH);
  assert.deepEqual(sizesOf(groups), [['rule 1', '["ada"]', 20_000]]);
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
  const { groups, counts } = buffer.take();
  assert.deepEqual(
    [
      groups.flatMap(({ signals }) => signals.map(([timeMs]) => timeMs)),
      counts.map(({ count }) => count),
    ],
    [[DAY_MS], [2, 1]],
  );
});

test('a flood of records on which a rule throws is never throttled', () => {
  const { groups, counts } = flooded(failedSignal('rule 1', 'a bug'));
  assert.deepEqual(counts, []);
  assert.deepEqual(sizesOf(groups), [['failed rule 1', '[]', 100]]);
});

test('signals leave by stream, group and time', () => {
  const buffer = new SignalBuffer();
  const add = (index: number, timeMs: number, stream: string, group: string): void => {
    buffer.add({ index, tenant: 't', event: { timeMs } }, [{ ...MATCH, stream, group }]);
  };
  add(0, 3, 'rule 2', '["ada"]');
  add(1, 2, 'rule 1', '["bob"]');
  add(2, 1, 'rule 1', '["ada"]');
  add(3, 1, 'rule 1', '["bob"]');
  const { groups } = buffer.take();
  assert.deepEqual(groups, [
    { stream: 'rule 1', group: '["ada"]', signals: [[1, 2, 0, 't', '[]', '{}']] },
    {
      ...{ stream: 'rule 1', group: '["bob"]' },
      signals: [
        [1, 3, 0, 't', '[]', '{}'],
        [2, 1, 0, 't', '[]', '{}'],
      ],
    },
    { stream: 'rule 2', group: '["ada"]', signals: [[3, 0, 0, 't', '[]', '{}']] },
  ]);
  assert.deepEqual(buffer.take().groups, []);
});

function sizesOf(groups: readonly SignalGroup[]): unknown[] {
  return groups.map(({ stream, group, signals }) => [stream, group, signals.length]);
}
