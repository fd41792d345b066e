import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { runs } from '../../../../../../tools/property.ts';
import type { Delivery } from '../../delivery/sink.ts';
import { deliveries, delivery, ORIGIN, TENANT } from '../../testing/deliveries.ts';
import { splitObjects } from '../../testing/fake-splunk.ts';
import { hecEvent } from './hec-event.ts';

const OPTIONS = {
  index: 'sec',
  host: 'cs.example',
  source: 'countersign',
  sourceType: 'ocsf:json',
} as const;

describe('a HEC event', () => {
  test('has its time in seconds, and flat fields', () => {
    assert.equal(
      hecEvent(delivery(41, { severity_id: 4 }), OPTIONS),
      '{"time":1767225600.123,"host":"cs.example","source":"countersign",' +
        '"sourcetype":"ocsf:json","index":"sec","event":{"severity_id":4},' +
        `"fields":{"cs_id":"${ORIGIN}#41","cs_index":"41","cs_kind":"finding",` +
        `"cs_tenant":"${TENANT}"}}`,
    );
  });

  test('of an erased entry has no time, and says what was erased', () => {
    const erased: Delivery = { index: 3, kind: 'erased', id: `${ORIGIN}#3`, of: 'event' };
    const event = JSON.parse(hecEvent(erased, { ...OPTIONS, index: undefined, host: undefined }));
    assert.deepEqual(event, {
      source: 'countersign',
      sourcetype: 'ocsf:json',
      event: erased,
      fields: { cs_id: `${ORIGIN}#3`, cs_index: '3', cs_kind: 'erased' },
    });
  });

  test('comes back from a body of many as it was', () => {
    const check = (records: readonly Delivery[]): void => {
      const body = records.map((record) => hecEvent(record, OPTIONS)).join('\n');
      const events = splitObjects(Buffer.from(body).toString('utf8')).map((text) =>
        JSON.parse(text),
      );
      assert.equal(events.length, records.length);
      for (const [at, record] of records.entries()) {
        const document = 'body' in record ? record.body : record;
        assert.deepEqual(events[at].event, JSON.parse(JSON.stringify(document)));
        assert.equal(events[at].fields.cs_id, record.id);
        for (const value of Object.values(events[at].fields)) assert.equal(typeof value, 'string');
        const seconds = 'at' in record ? Date.parse(record.at.replace(/(\.\d{3})\d*/, '$1')) : NaN;
        assert.equal(events[at].time, Number.isNaN(seconds) ? undefined : seconds / 1000);
      }
    };
    fc.assert(fc.property(deliveries, check), runs(300));
  });
});
