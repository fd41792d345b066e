import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMemo, interpret } from './index.ts';
import { MAPPINGS } from './dispatch.ts';

for (const mapping of MAPPINGS) {
  for (const [i, { source, value, expect }] of mapping.examples.entries()) {
    test(`${mapping.name} reads its example ${i + 1}`, () => {
      const record = { source, tenant: '-', id: 'x', at: '2024-03-04T08:30:00Z', value };
      const meaning = interpret(record, createMemo());
      for (const [column, wanted] of Object.entries(expect)) {
        assert.deepEqual(meaning[column as keyof typeof meaning], wanted, column);
      }
      assert.equal(meaning.timeMs, Date.UTC(2024, 2, 4, 8, 30));
    });
  }
}
