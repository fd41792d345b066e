import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tenantId } from '@countersign/core';
import { createMemo, type Reading, read } from '@countersign/ocsf';
import { type Signal, SignalExtractor } from './signal-extractor.ts';
import { ACTOR, type SignalPlan, type StreamPlan } from './signal-plan.ts';

const STREAM: StreamPlan = {
  ...{ stream: 'all', part: 0, kind: 'rule', groupBy: [[ACTOR]], values: [['operation']] },
  words: [['detail', ['raw.Detail']]],
};
const PLAN: SignalPlan = {
  hash: 'test',
  rules: [
    {
      expression: { kind: 'always' },
      streams: [STREAM, { ...STREAM, stream: 'counted', kind: 'correlation' }],
    },
  ],
};
const SOURCE = 'm365.export/unified-audit-log';
const TENANT = tenantId('5b1f4c0e-7d2a-4f6b-9c3d-2e8a61f0b794');
const FULL = { isFull: (): boolean => true };

function readingOf(value: object): Reading {
  const at = '2026-03-09T10:00:00Z';
  return read({ source: SOURCE, tenant: TENANT, id: '1', at, value }, createMemo());
}

function shown(signals: readonly Signal[]): readonly Signal[] {
  return signals.map(({ stream, kind, group, part, values, about }) => {
    return { stream, kind, group, part, values, about };
  });
}

test('a signal of a full day reads its record only if its texts are read', () => {
  const record = { UserId: 'ada@northmoor.example', Operation: 'Send', Detail: 'x' };
  let reads = 0;
  const get = (): string => {
    reads += 1;
    return 'x';
  };
  const counting = Object.defineProperty({ ...record }, 'Detail', { enumerable: true, get });
  const extractor = new SignalExtractor({ ...PLAN, rules: ruleOnly() }, FULL);
  const reading = readingOf(counting);
  const readsBefore = reads;
  const signals = extractor.of(reading);
  assert.deepEqual([signals.length, reads], [1, readsBefore]);
  const plain = new SignalExtractor(PLAN).of(readingOf(record));
  assert.deepEqual(shown(signals), shown(plain).slice(0, 1));
  assert.ok(reads > readsBefore);
  assert.deepEqual(shown(new SignalExtractor(PLAN, FULL).of(readingOf(record))), shown(plain));
});

test('a signal of a full day whose record cannot be read stops nothing', () => {
  const toJSON = (): never => {
    throw new TypeError('bad');
  };
  const bad = { UserId: 'ada', Detail: { toJSON } };
  const [signal] = new SignalExtractor({ ...PLAN, rules: ruleOnly() }, FULL).of(readingOf(bad));
  assert.deepEqual([signal?.stream, signal?.about], ['all', '{}']);
});

function ruleOnly(): SignalPlan['rules'] {
  return PLAN.rules.map(({ expression }) => ({ expression, streams: [STREAM] }));
}
