import assert from 'node:assert/strict';
import { randomFillSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { instantOfMs, ManualClock } from '@countersign/core';
import { DelaySketch, type Observation } from '@countersign/coverage';
import {
  closeWriter,
  openLedgerWriter,
} from '../../apps/countersign/src/operations/host/open-writer.ts';
import { ownEntryDraft } from '../../apps/countersign/src/projection/entries/own-entry.ts';
import { type CommandResult, countersignHere } from '../support/command-here.ts';
import { ndjson, record, records } from '../support/exports.ts';

const HOUR_MS = 3_600_000;
const START_MS = Date.parse('2024-03-04T00:00:00Z');
const HOURS = 60;
/** This hour could not be listed. */
const FAILED_HOUR = 34;
const random = { fill: (into: Uint8Array) => randomFillSync(into) };
const SOURCES = ['AzureActiveDirectory', 'Exchange', 'General', 'SharePoint'];
const SIGN_INS = 'graph/signIns';

const root = mkdtempSync(join(tmpdir(), 'countersign-coverage-'));
const dir = join(root, 'data');
after(() => rmSync(root, { recursive: true }));

before(async () => {
  // The import with the events: one per minute from midnight of the second day on.
  writeFileSync(join(root, 'export.json'), ndjson(records(900)));
  assert.equal((await ask(['import', join(root, 'export.json')])).code, 0);
  const clock = new ManualClock(START_MS + HOURS * HOUR_MS);
  const writer = await openLedgerWriter({ dir, clock, random });
  const sources = [...SOURCES.map((source) => `m365.activity/Audit.${source}`), SIGN_INS];
  const polls = sources.flatMap((source) =>
    Array.from({ length: HOURS }, (_, hour) => poll(source, hour)),
  );
  await writer.ledger.append(
    polls.map((body) => ownEntryDraft('coverage', Date.parse(body.at), body)),
  );
  await closeWriter(writer);
  // The store continues from its cursor at the next opening.
  await closeWriter(await openLedgerWriter({ dir, clock, random }));
});

function poll(source: string, hour: number): Observation {
  const sketch = new DelaySketch();
  for (let i = 1; i <= 60; i++) sketch.add(i * 60_000);
  const isFailed = source.endsWith('SharePoint') && hour === FAILED_HOUR;
  const toMs = START_MS + (hour + 1) * HOUR_MS;
  return {
    v: 2,
    collector: 'activity-api',
    tenant: String(record(0)['OrganizationId']),
    source,
    workload: null,
    subject: null,
    from: instantOfMs(toMs - HOUR_MS) ?? '',
    to: instantOfMs(toMs) ?? '',
    axis: 'availability',
    outcome: isFailed ? 'failed' : 'complete',
    listed: 1,
    fetched: 1,
    records: 60,
    duplicates: 0,
    quarantined: 0,
    because: isFailed ? 'the service answered 503' : null,
    code: isFailed ? '503' : null,
    delays: isFailed ? null : sketch.observed(),
    canaries: null,
    at: instantOfMs(toMs) ?? '',
  };
}

const COVERED = ['--from', '2024-03-05T00:00:00Z', '--to', '2024-03-05T08:00:00Z'];
const HOLED = ['--from', '2024-03-05T08:00:00Z', '--to', '2024-03-05T12:00:00Z'];

test('coverage prints the states of every source, in the members of the contract', async () => {
  const { code, stdout } = await ask(['coverage', '--json']);
  assert.equal(code, 0);
  const rows = lines(stdout).filter(({ source }) => String(source).endsWith('Audit.SharePoint'));
  assert.deepEqual(Object.keys(rows[0] ?? {}), [
    ...['tenant', 'source', 'workload', 'subject', 'from', 'to', 'state', 'bound', 'because'],
    'entries',
  ]);
  const intervals = rows.slice(0, 3).map(({ state, from, to, bound }) => [state, from, to, bound]);
  assert.deepEqual(intervals, [
    ['collected', '2024-03-04T00:00:00Z', '2024-03-05T08:30:00Z', 1],
    ['lost', '2024-03-05T08:30:00Z', '2024-03-05T11:05:00Z', null],
    ['collected', '2024-03-05T11:05:00Z', '2024-03-06T10:30:00Z', 1],
  ]);
  assert.match(String(rows[1]?.['because']), /the service answered 503/);
  // Two years later, everything not requested since has expired.
  assert.ok(rows.slice(3).some(({ state }) => state === 'lost'));
});

test('a timeline over a covered interval is complete, and exits 0', async () => {
  const { code, stdout, stderr } = await ask(['timeline', ...COVERED, '--json']);
  assert.deepEqual([code, stderr, lines(stdout).length], [0, '', 480]);
});

test('a timeline shows the hole in place, and a note says what may be missing', async () => {
  const { code, stdout, stderr } = await ask(['timeline', ...HOLED]);
  assert.equal(code, 0);
  assert.match(
    stderr,
    /^Not everything could be seen: .*Audit\.SharePoint is lost from 2024-03-05 08:30:00/,
  );
  assert.match(stderr, /the service answered 503/);
  const drawn = stdout.split('\n');
  const hole = drawn.findIndex((line) => line.includes('hole: lost'));
  assert.match(drawn[hole] ?? '', /^2024-03-05 08:30:00 .* until 2024-03-05 11:05:00/);
  assert.match(drawn[hole - 1] ?? '', /^2024-03-05 08:29:00/);
  assert.match(drawn[hole + 1] ?? '', /^2024-03-05 08:30:00 .*ada@example/);
  const json = await ask(['timeline', ...HOLED, '--json']);
  assert.equal(json.code, 0);
  assert.match(json.stderr, /^Not everything could be seen: /);
  assert.ok(lines(json.stdout).every((event) => event['class_uid'] !== undefined));
});

test('a statement names its holes in every form', async () => {
  const statement = (period: readonly string[], format: string): Promise<CommandResult> =>
    ask(['statement', 'ada@example.org', ...period, '--format', format]);
  const covered = await statement(COVERED, 'json');
  assert.equal(covered.code, 0, covered.stderr);
  const { coverage } = only(covered.stdout) as { coverage?: { answer: { kind: string } } };
  assert.equal(coverage?.answer.kind, 'yes');
  const table = await statement(HOLED, 'table');
  assert.equal(table.code, 3);
  assert.match(table.stdout, /^Holes +2024-03-05 08:30:00 to 2024-03-05 11:05:00 UTC: lost,/m);
  const csv = await statement(HOLED, 'csv');
  assert.match(csv.stdout, /^hole,,2024-03-05T08:30:00Z,.*,lost,/m);
  const html = join(root, 'statement.html');
  await ask(['statement', 'ada@example.org', ...HOLED, '--format', 'html', '-o', html]);
  assert.match(readFileSync(html, 'utf8'), /<ul class="holes"><li>2024-03-05 08:30:00 to/);
});

test('a query is worth as much as the coverage of its period', async () => {
  const sql = 'SELECT count(*) AS n FROM events';
  const covered = await ask(['query', sql, ...COVERED, '--json']);
  assert.deepEqual([covered.code, only(covered.stdout)['n']], [0, 480]);
  const holed = await ask(['query', sql, ...HOLED, '--json']);
  assert.deepEqual([holed.code, only(holed.stdout)['n']], [3, 240]);
  assert.match(holed.stderr, /Audit\.SharePoint is lost/);
  const all = await ask(['query', sql, '--json']);
  assert.deepEqual([all.code, only(all.stdout)['n']], [3, 900]);
  const states = "SELECT DISTINCT state FROM coverage WHERE state = 'lost'";
  const csv = await ask(['query', states, '--format', 'csv']);
  assert.deepEqual([csv.code, csv.stdout], [0, 'state\r\nlost\r\n']);
  assert.match(csv.stderr, /^As of entry \d+, which arrived [^\n]+\n$/);
});

test('a rebuild gives the same coverage', async () => {
  const coverageRows = async (): Promise<Json[]> =>
    lines((await ask(['coverage', '--json'])).stdout)
      // The start of the requestable period depends on the current minute.
      .filter(({ entries }) => (entries as number[]).length > 0)
      .map(({ to: _, because: __, ...row }) => row);
  const before = await coverageRows();
  assert.equal((await ask(['rebuild'])).code, 0);
  assert.deepEqual(await coverageRows(), before);
});

async function ask(args: readonly string[]): Promise<CommandResult> {
  return countersignHere([...args, '--data', dir]);
}

type Json = Readonly<Record<string, unknown>>;

function lines(stdout: string): Json[] {
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Json);
}

function only(stdout: string): Json {
  return JSON.parse(stdout) as Json;
}
