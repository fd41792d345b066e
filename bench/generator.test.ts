import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'csv-parse/sync';
import { type GeneratorOptions, pieces } from './generator.ts';

type Document = Readonly<Record<string, unknown>>;

const COUNT = 20_000;

test('makes the same records in every format, and other ones from another seed', () => {
  const options = { count: 3000, seed: 11 };
  const lines = documents({ ...options, format: 'ndjson' });
  const rows = parse(text({ ...options, format: 'csv' }), { columns: true }) as Document[];
  assert.deepEqual(
    rows.map((row) => JSON.parse(String(row['AuditData']))),
    lines,
  );
  assert.deepEqual(JSON.parse(text({ ...options, format: 'json-array' })), lines);
  assert.deepEqual(documents({ ...options, format: 'ndjson' }), lines);
  assert.notDeepEqual(documents({ ...options, seed: 12 }), lines);
});

test('writes the columns of the cmdlet beside each record', () => {
  const rows = parse(text({ count: 500, format: 'csv' }), { columns: true }) as Document[];
  for (const [i, row] of rows.entries()) {
    const document = JSON.parse(String(row['AuditData'])) as Document;
    assert.equal(row['Identity'], document['Id']);
    assert.equal(row['UserIds'], document['UserId']);
    assert.equal(row['Operations'], document['Operation']);
    assert.equal(row['ResultIndex'], String(i + 1));
    assert.equal(row['ResultCount'], '500');
    const time = Date.parse(`${String(row['CreationDate'])} UTC`);
    assert.equal(time, Date.parse(`${String(document['CreationTime'])}Z`));
  }
});

test('gives each record an id of its own, and about 1.3 KB', () => {
  const whole = text({ count: COUNT });
  const all = documents({ count: COUNT });
  assert.equal(new Set(all.map((document) => document['Id'])).size, COUNT);
  const mean = Buffer.byteLength(whole) / COUNT;
  assert.ok(mean > 1200 && mean < 1450, `${mean} bytes`);
});

test('stays within the days and the people that were asked for', () => {
  const fromMs = Date.UTC(2026, 4, 1);
  const all = documents({ count: COUNT, fromMs, days: 3, users: 20 });
  for (const document of all) {
    const ms = Date.parse(`${String(document['CreationTime'])}Z`);
    assert.ok(ms >= fromMs && ms < Date.UTC(2026, 4, 4, 0, 10));
  }
  assert.equal(new Set(all.map((document) => document['UserId'])).size, 20);
});

test('ties the actions of a session to its sign-in', () => {
  const all = documents({ count: COUNT, days: 2, users: 50 });
  const sessions = new Set<unknown>();
  for (const { RecordType, DeviceProperties } of all) {
    if (RecordType !== 15) continue;
    const properties = DeviceProperties as { Name: string; Value: string }[];
    sessions.add(properties.find(({ Name }) => Name === 'SessionId')?.Value);
  }
  const tied = all.filter(({ AppAccessContext }) =>
    sessions.has((AppAccessContext as Document | undefined)?.['AADSessionId']),
  );
  assert.ok(tied.length > COUNT / 2, `${tied.length} of ${COUNT}`);
});

test('makes only the workloads of the mix', () => {
  const mix = {
    'exchange-admin': 0,
    'mail-bind': 3,
    'mail-item': 0,
    files: 0,
    directory: 0,
    'sign-ins': 1,
    teams: 0,
  };
  const all = documents({ count: 4000, mix });
  const signIns = all.filter(({ RecordType }) => RecordType === 15).length;
  assert.deepEqual(new Set(all.map(({ RecordType }) => RecordType)), new Set([15, 50]));
  assert.ok(signIns > 800 && signIns < 1200, `${signIns} of 4000`);
});

function documents(options: GeneratorOptions): Document[] {
  const lines = text(options).split('\n');
  assert.equal(lines.pop(), '');
  return lines.map((line) => JSON.parse(line) as Document);
}

function text(options: GeneratorOptions): string {
  return Buffer.concat(Array.from(pieces(options), (piece) => Buffer.from(piece))).toString();
}
