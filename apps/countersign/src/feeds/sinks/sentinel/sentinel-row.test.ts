import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { runs } from '../../../../../../tools/property.ts';
import type { Delivery } from '../../delivery/sink.ts';
import { deliveries, delivery, ORIGIN, TENANT } from '../../testing/deliveries.ts';
import { SENTINEL_COLUMNS, sentinelRow } from './sentinel-row.ts';

const OPTIONS = { service: 'https://cs.example', nowMs: Date.UTC(2026, 0, 2) } as const;
/** Azure Monitor reserves these. */
const RESERVED = ['_ResourceId', 'id', '_SubscriptionId', 'TenantId', 'Type', 'UniqueId', 'Title'];

describe('a row for Sentinel', () => {
  test('has every declared column, in the type of its declaration', () => {
    const body = { severity_id: 4, class_uid: 2004 };
    assert.deepEqual(JSON.parse(sentinelRow(delivery(41, body), OPTIONS)), {
      TimeGenerated: '2026-01-01T00:00:00.1234567Z',
      EventTime: '2026-01-01T00:00:00.1234567Z',
      CsId: `${ORIGIN}#41`,
      CsIndex: 41,
      CsKind: 'finding',
      CsTenant: TENANT,
      CsClass: 2004,
      CsSeverity: 4,
      CsThin: false,
      CsLink: 'https://cs.example/api/v1/entries/41',
      CsBody: body,
    });
  });

  test('of an erased entry has the time of sending, and says what was erased', () => {
    const erased: Delivery = { index: 3, kind: 'erased', id: `${ORIGIN}#3`, of: 'event' };
    const row = JSON.parse(sentinelRow(erased, OPTIONS));
    assert.equal(row.TimeGenerated, '2026-01-02T00:00:00Z');
    assert.equal(row.EventTime, null);
    assert.deepEqual(row.CsBody, erased);
  });

  test('that is too large for a field is thin, not cut', () => {
    for (const [length, isThin] of [
      [31_900, false],
      [32_000, true],
    ] as const) {
      const body = { message: 'é'.repeat(length) };
      const row = JSON.parse(sentinelRow(delivery(1, body), OPTIONS));
      assert.equal(row.CsThin, isThin);
      assert.equal(row.CsBody.sizeBytes, isThin ? 64_014 : undefined);
      assert.equal(row.CsBody.link, isThin ? 'https://cs.example/api/v1/entries/1' : undefined);
    }
  });

  test('names no reserved column, and none that is too long', () => {
    for (const name of Object.keys(SENTINEL_COLUMNS)) {
      assert.ok(!RESERVED.includes(name) && /^[A-Za-z]\w{0,44}$/.test(name), name);
    }
  });

  test('comes back as it was, whatever it holds', () => {
    const check = (records: readonly Delivery[]): void => {
      const body = `[${records.map((record) => sentinelRow(record, OPTIONS)).join(',')}]`;
      const rows = JSON.parse(Buffer.from(body).toString('utf8'));
      assert.equal(rows.length, records.length);
      for (const [at, record] of records.entries()) {
        assert.deepEqual(Object.keys(rows[at]), Object.keys(SENTINEL_COLUMNS));
        assert.equal(rows[at].CsId, record.id);
        const document = 'body' in record ? record.body : record;
        assert.deepEqual(rows[at].CsBody, JSON.parse(JSON.stringify(document)));
      }
    };
    fc.assert(fc.property(deliveries, check), runs(300));
  });
});
