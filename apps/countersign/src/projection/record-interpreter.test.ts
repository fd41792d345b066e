import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TENANT_NOT_STATED, tenantId } from '@countersign/core';
import type { Leaf } from '@countersign/ledger';
import { type Delivery, deliveriesOfSameAction } from './deliveries.ts';
import { RecordInterpreter } from './record-interpreter.ts';
import { SignalExtractor } from './signals/signal-extractor.ts';
import { FAILED_MAPPING, type RulePlan, shortfallStream } from './signals/signal-plan.ts';

const AT = '2026-03-09T10:00:00Z';
const AUDIT = 'm365.export/unified-audit-log';
const SIGN_INS = 'graph/signIns';
const ONE = tenantId('5b1f4c0e-7d2a-4f6b-9c3d-2e8a61f0b794');
const OTHER = tenantId('6b1f4c0e-7d2a-4f6b-9c3d-2e8a61f0b794');
const ACTION = '0d5ab8c6-7d2f-4f34-9a3a-6f6f2b7f0001';

/** A rule that matches any record with `member`. The rule `Bad` has a pattern that throws. */
function extractorOf(...members: readonly string[]): SignalExtractor {
  const fields = { groupBy: [], values: [], words: [] };
  const rules = members.map((member): RulePlan => {
    const field = `raw.${member}`;
    const source = member === 'Bad' ? '(' : '.';
    const atom = { kind: 'field', field, test: { kind: 'regex', source, flags: 0 } } as const;
    const streams = [{ stream: member, part: 0, kind: 'rule', ...fields }] as const;
    return { expression: { kind: 'atom', atom }, streams };
  });
  return new SignalExtractor({ hash: 'test', rules });
}

function recordOf(value: unknown): Parameters<RecordInterpreter['read']>[0] {
  return { source: AUDIT, tenant: ONE, id: ACTION, at: AT, value };
}

/** An object that throws when one member is read. */
function throwing(value: object, member: string): object {
  const get = (): never => {
    throw new TypeError(`cannot read ${member}`);
  };
  return Object.defineProperty({ ...value }, member, { enumerable: true, get });
}

function delivery(index: number, tenant: Leaf['tenant'], body: object | null): Delivery {
  const bytes = body === null ? undefined : Buffer.from(JSON.stringify(body));
  const source = index % 2 === 0 ? AUDIT : SIGN_INS;
  const rest = { kind: 'record', id: ACTION, at: AT, seen: AT, size: 0, commitment: '' } as const;
  return { index, leaf: { tenant, source, ...rest }, body: bytes };
}

test('a record on which a mapping throws has the base event, and is named', () => {
  const interpreter = new RecordInterpreter(extractorOf('Operation'));
  const bad = recordOf(throwing({ UserId: 'ada' }, 'Operation'));
  const { event, signals } = interpreter.read(bad);
  assert.deepEqual([event.timeMs, event.actorName], [Date.parse(AT), null]);
  assert.deepEqual(
    signals.map(({ stream, values }) => [stream, values]),
    [[FAILED_MAPPING, '["cannot read Operation"]']],
  );
  const good = interpreter.read(recordOf({ UserId: 'ada', Operation: 'Send' }));
  assert.deepEqual(
    [good.event.operation, good.signals.length],
    ['Send', 1],
    'the next one is read',
  );
});

test('a rule that throws on a record loses no signal of another rule', () => {
  const interpreter = new RecordInterpreter(extractorOf('First', 'Bad', 'Last'));
  const value = { UserId: 'ada', Operation: 'Send', First: 1, Bad: 1, Last: 1 };
  const { event, signals } = interpreter.read(recordOf(value));
  assert.equal(event.operation, 'Send');
  assert.deepEqual(
    signals.map(({ stream }) => stream),
    ['First', shortfallStream('failed', 'Bad'), 'Last'],
  );
});

test('a delivery without a tenant joins the stated one, and a group only grows', () => {
  const tenants = [TENANT_NOT_STATED, ONE, TENANT_NOT_STATED, OTHER, TENANT_NOT_STATED, ONE];
  const all = tenants.map((tenant, index) => delivery(index, tenant, {}));
  const groups = all.map((own) =>
    deliveriesOfSameAction(own, all.toReversed()).map(({ index }) => index),
  );
  const one = [0, 1, 2, 5];
  assert.deepEqual(groups, [one, one, one, [3], [4], one]);
  for (let size = 1; size <= all.length; size++) {
    const known = all.slice(0, size);
    for (const [at, own] of known.entries()) {
      const now = deliveriesOfSameAction(own, known).map(({ index }) => index);
      assert.deepEqual(
        now,
        groups[at]?.filter((index) => index < size),
        'a group only grows',
      );
    }
  }
});

test('an erased action keeps only the data of its leaves', () => {
  const interpreter = new RecordInterpreter(undefined);
  const { row, actors } = interpreter.project([delivery(3, ONE, null), delivery(8, ONE, null)]);
  assert.deepEqual([row.index, row.entries, row.erased, actors], [8, [3, 8], true, []]);
  const left = interpreter.project([delivery(8, ONE, null), delivery(2, ONE, { UserId: 'ada' })]);
  assert.deepEqual([left.row.index, left.row.erased, left.actors.length], [8, false, 1]);
});
