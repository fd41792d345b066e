import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TenantId } from '@countersign/core';
import type { FeedCommon } from '../../config/feeds/feed-common.ts';
import { eventAt } from '../testing/feed-bench.ts';
import { RecordSelection } from './record-selection.ts';
import type { Delivery } from './sink.ts';

const TENANT = '3f2b8c1e-7a54-4d0b-9c36-1e5d8a7b6c21' as TenantId;

function selects(record: Delivery, feed: Partial<FeedCommon>): boolean {
  const all = { kinds: ['event', 'finding', 'decision'], ...feed } as const;
  return new RecordSelection(all, (each) => each).select(record) !== undefined;
}

function event(body: object, tenant: string = TENANT): Delivery {
  return eventAt(1, { body, tenant });
}

test('selects by class and by severity', () => {
  assert.ok(selects(event({ class_uid: 3002 }), { classes: [3002, 2004] }));
  assert.ok(!selects(event({ class_uid: 3001 }), { classes: [3002, 2004] }));
  assert.ok(selects(event({ severity_id: 4 }), { severity: 'high' }));
  assert.ok(selects(event({ severity_id: 6 }), { severity: 'high' }));
  assert.ok(!selects(event({ severity_id: 3 }), { severity: 'high' }));
});

test('an unknown severity is not known to be low', () => {
  for (const body of [{}, { severity_id: 0 }, { severity_id: 99 }, { severity_id: 'high' }]) {
    assert.ok(selects(event(body), { severity: 'critical' }), JSON.stringify(body));
  }
});

test('a decision has no class, so its kind alone selects it', () => {
  const decision = eventAt(1, { kind: 'decision', body: { v: 1 } });
  assert.ok(selects(decision, { classes: [2004], severity: 'high' }));
});

test('selects by tenant, and entries of Countersign in any case', () => {
  const tenants = [TENANT];
  assert.ok(selects(event({}), { tenants }));
  assert.ok(!selects(event({}, '00000000-0000-0000-0000-000000000000'), { tenants }));
  assert.ok(selects(event({}, '-'), { tenants }));
});

test('every receiver learns what to erase, and nothing about the person', () => {
  const body = {
    v: 1,
    by: 'ada@host',
    case: 'DSR-7',
    reason: 'Bo asked',
    entries: 2,
    ranges: [[4, 6]],
  };
  const erasure = eventAt(9, { kind: 'erasure', body });
  const findings = new RecordSelection({ kinds: ['finding'], tenants: [TENANT] }, (each) => each);
  assert.ok(findings.kinds.has('erasure'));
  const selected = findings.select(erasure) as { body?: unknown };
  assert.deepEqual(selected.body, { v: 1, entries: 2, ranges: [[4, 6]] });
  const all = new RecordSelection({ kinds: ['erasure'] }, (each) => each).select(erasure);
  assert.deepEqual(all, erasure);
});

test('erased and unreadable entries go to every receiver of their kind', () => {
  const erased = { index: 1, kind: 'erased', id: 'o#1', of: 'event' } as const;
  assert.ok(selects(erased, { classes: [2004], severity: 'high', tenants: [TENANT] }));
});

test('redacts what it selects', () => {
  const redact = (record: Delivery): Delivery => ({ ...record, id: 'redacted' });
  const selection = new RecordSelection({ kinds: ['event'] }, redact);
  assert.equal(selection.select(event({}))?.id, 'redacted');
});
