import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'csv-parse/sync';
import { busiestPeople, type GeneratorOptions, pieces, START_MS } from './generator.ts';

type Document = Readonly<Record<string, unknown>>;

const COUNT = 6_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

test('generates the same records in every format, and others from another seed', () => {
  const options = { count: 3000, seed: 11 };
  const lines = documents({ ...options, format: 'ndjson' });
  const rows = parse(text({ ...options, format: 'csv' }), { columns: true, bom: true });
  assert.deepEqual(
    (rows as Document[]).map((row) => JSON.parse(String(row['AuditData']))),
    lines,
  );
  assert.deepEqual(documents({ ...options, format: 'ndjson' }), lines);
  assert.notDeepEqual(documents({ ...options, seed: 12 }), lines);
});

test('writes the columns of the cmdlet beside each record', () => {
  const rows = parse(text({ count: 500, format: 'csv' }), { columns: true, bom: true });
  assert.equal(rows.length, 500);
  for (const [i, row] of (rows as Document[]).entries()) {
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

test('gives each record its own id, within a month', () => {
  const all = documents({ count: COUNT });
  assert.equal(new Set(all.map((document) => document['Id'])).size, COUNT);
  for (const document of all) {
    const ms = Date.parse(`${String(document['CreationTime'])}Z`);
    assert.ok(ms >= START_MS && ms < START_MS + 30 * DAY_MS);
  }
});

test('links the actions of a session to its sign-in', () => {
  const all = documents({ count: COUNT });
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

test('names the busiest people of an hour', () => {
  const fromMs = START_MS + DAY_MS + 9 * HOUR_MS;
  const busiest = busiestPeople({ count: COUNT }, fromMs, fromMs + HOUR_MS);
  const counts = Map.groupBy(
    documents({ count: COUNT }).filter(({ CreationTime }) => {
      const ms = Date.parse(`${String(CreationTime)}Z`);
      return ms >= fromMs && ms < fromMs + HOUR_MS;
    }),
    ({ UserId }) => UserId,
  );
  assert.ok(busiest.length > 3);
  const of = (user: string | undefined): number => counts.get(user)?.length ?? 0;
  assert.ok(of(busiest[0]) >= of(busiest.at(-1)) && of(busiest.at(-1)) > 0);
});

function documents(options: GeneratorOptions): Document[] {
  const lines = text(options).split('\n');
  assert.equal(lines.pop(), '');
  return lines.map((line) => JSON.parse(line) as Document);
}

function text(options: GeneratorOptions): string {
  return Buffer.concat([...pieces(options)]).toString();
}
