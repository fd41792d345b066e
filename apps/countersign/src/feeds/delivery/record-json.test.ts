import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { runs } from '../../../../../tools/property.ts';
import { eventAt } from '../testing/feed-bench.ts';
import { documentJson, recordBytes, recordJson, withMember } from './record-json.ts';
import type { Delivery } from './sink.ts';

test('a record of any body has the JSON of its members, and its size', () => {
  fc.assert(
    fc.property(fc.object(), fc.nat(), (body, index) => {
      const record = eventAt(index, { body });
      assert.equal(recordJson(record), JSON.stringify(record));
      assert.equal(recordBytes(record), Buffer.byteLength(JSON.stringify(record)));
      assert.equal(documentJson(record), JSON.stringify(body));
    }),
    runs(200),
  );
});

test('an erased record is its own document', () => {
  const erased: Delivery = { index: 7, kind: 'erased', id: 'origin#7', of: 'event' };
  for (const json of [recordJson(erased), documentJson(erased)]) {
    assert.equal(json, JSON.stringify(erased));
  }
  assert.equal(recordBytes(erased), Buffer.byteLength(JSON.stringify(erased)));
});

test('a member is appended to an object', () => {
  assert.equal(withMember('{"a":1}', 'b', '{"c":2}'), '{"a":1,"b":{"c":2}}');
});
