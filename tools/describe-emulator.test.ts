import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { lifeOf, Population } from '@countersign/emulator';
import { parseDescription } from '../apps/countersign/src/posture/conformance/emulator-description.ts';
import { RecordFormTable } from '../apps/countersign/src/posture/conformance/record-form-table.ts';
import { sourceOf } from './describe-emulator.ts';

const FROM_MS = Date.UTC(2026, 2, 3);
const HOUR_MS = 3_600_000;

test("the emulator's description has everything that half a day of it produces", () => {
  const file = join(import.meta.dirname, '../content/conformance/emulator.json');
  const described = new Map(
    parseDescription(readFileSync(file, 'utf8')).kinds.map(({ family, kind, fields }) => [
      `${family} ${kind}`,
      new Set(fields.map(({ field }) => field)),
    ]),
  );
  const book = new RecordFormTable();
  const population = new Population({ seed: 'description', size: 40 });
  const life = lifeOf(population, 'description');
  for (const { records } of life.happenings(FROM_MS + 8 * HOUR_MS, FROM_MS + 20 * HOUR_MS)) {
    for (const { feed, body } of records) book.add(sourceOf(feed), body);
  }
  assert.ok(book.records > 500);
  for (const { family, kind, fields } of book.list()) {
    const known = described.get(`${family} ${kind}`);
    assert.ok(known !== undefined, `${family} ${kind} is not described: npm run describe`);
    for (const { field } of fields) {
      assert.ok(known.has(field), `${kind}: ${field} is not described: npm run describe`);
    }
  }
});
