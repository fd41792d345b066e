import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'csv-parse/sync';
import { collect } from '../../testing/collect.ts';

const DATA = join(import.meta.dirname, '../../../../../../shared/data');
const FOLDERS = ['ual-captures', 'golden-saml'];

for (const folder of FOLDERS) {
  const path = join(DATA, folder);
  const skip = existsSync(path) ? false : `${folder} is not beside the repository (../shared/data)`;
  const names = skip === false ? readdirSync(path).filter((name) => name !== 'LICENSE') : ['*'];
  for (const name of names) {
    test(`reads every record of ${folder}/${name}`, { skip }, async () => {
      const file = join(path, name);
      const expected = countOtherwise(readFileSync(file, 'utf8'), name);
      const read = await collect([{ kind: 'path', path: file }]);
      assert.deepEqual(read.rejects, []);
      assert.deepEqual(read.refused, []);
      assert.equal(read.drafts.length, expected.count);
      assert.deepEqual(
        read.drafts.map((draft) => draft.id),
        expected.ids,
      );
      for (const draft of read.drafts) JSON.parse(Buffer.from(draft.body).toString('utf8'));
    });
  }
}

/** Counts with csv-parse and JSON.parse, and reads the ids by the vendor's documented rules. */
function countOtherwise(
  text: string,
  name: string,
): { count: number; ids: (string | undefined)[] } {
  const items = name.endsWith('.csv')
    ? (parse(text, { columns: true, bom: true }) as Record<string, string>[])
    : valuesOf(text);
  return { count: items.length, ids: items.map(idOf) };
}

function idOf(item: Record<string, unknown>): string | undefined {
  const data = item['AuditData'] ?? item['RawEventData'] ?? item;
  const audit = (typeof data === 'string' ? JSON.parse(data) : data) as Record<string, unknown>;
  if (audit['Type'] === 'OfficeActivity') return audit['OfficeId'] as string;
  if (audit['ActionType'] !== undefined) return reportIdOf(audit);
  return (audit['RecordType'] === 15 ? audit['IntraSystemId'] : audit['Id']) as string;
}

function reportIdOf(row: Record<string, unknown>): string | undefined {
  return typeof row['ReportId'] === 'string' ? row['ReportId'] : undefined;
}

/** Consecutive JSON values: the shortest text that parses is one. */
function valuesOf(text: string): Record<string, unknown>[] {
  const found: unknown[] = [];
  let rest = text.trim();
  while (rest !== '') {
    let end = 0;
    for (;;) {
      end = Math.min(...['}', ']'].map((c) => rest.indexOf(c, end)).filter((at) => at >= 0)) + 1;
      assert.ok(Number.isFinite(end), 'the capture is JSON');
      try {
        found.push(JSON.parse(rest.slice(0, end)));
        break;
      } catch {
        // The value is not complete yet.
      }
    }
    rest = rest.slice(end).trim();
  }
  return found.flat() as Record<string, unknown>[];
}
