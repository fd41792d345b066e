import assert from 'node:assert/strict';
import { test } from 'node:test';
import { published, SKIP_REASON } from '../../../../tools/testing/published-ocsf.ts';
import type { SourceRecord } from '../model/record-view.ts';
import { interpret } from '../reading/interpret.ts';
import { MAPPINGS } from '../reading/mapping-registry.ts';
import { route } from '../reading/route-record.ts';
import { createMemo } from '../values/memo.ts';
import { validate } from './event-schema.ts';
import { toOcsf } from './ocsf-event.ts';

const entry = { origin: 'example.org/log', indices: [7, 9], seen: '2024-03-04T09:00:00.000Z' };

function recordOf(source: string, value: unknown): SourceRecord {
  return {
    source,
    tenant: '7c0f5a3e-0000-4000-8000-00000000c0de',
    id: '5b1c5b0e-6e0c-4a71-9a62-6a0a3a4c0101',
    at: '2024-03-04T08:30:00Z',
    value,
  };
}

for (const mapping of MAPPINGS) {
  for (const [i, { source, value, expect }] of mapping.examples.entries()) {
    const record = recordOf(source, value);

    test(`${mapping.name} reads its example ${i + 1}`, () => {
      const meaning = interpret(record, createMemo());
      for (const [column, wanted] of Object.entries(expect)) {
        assert.deepEqual(meaning[column as keyof typeof meaning], wanted, column);
      }
      assert.equal(meaning.timeMs, Date.UTC(2024, 2, 4, 8, 30));
      assert.equal(route(record, createMemo()).mapping.name, mapping.name);
      assert.ok(mapping.classes.includes(meaning.classUid));
    });

    test(`${mapping.name} makes a valid event of its example ${i + 1}`, () => {
      const event = toOcsf(record, interpret(record), entry);
      assert.deepEqual(validate(event), []);
      assert.deepEqual((event['unmapped'] as { entries: number[] }).entries, [7, 9]);
      assert.deepEqual(JSON.parse(JSON.stringify(event)), event);
    });

    test(`${mapping.name}: the published definitions accept example ${i + 1}`, (t) => {
      if (published === undefined) return t.skip(SKIP_REASON);
      assert.deepEqual(published.problemsOf(toOcsf(record, interpret(record), entry)), []);
    });
  }
}
