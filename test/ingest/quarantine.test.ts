import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  askJson,
  askLines,
  assertBalanced,
  assertFsckClean,
  type Report,
} from '../support/account.ts';
import { countersign, type ProcessResult } from '../support/command-line.ts';
import { temporaryFolder } from '../support/folders.ts';
import { CSV_HEADER, csvRow, recordId, recordText } from '../support/ingest/audit-record.ts';
import { zipOf } from '../support/ingest/zip.ts';

const root = temporaryFolder('quarantine');
const TENANT = 'aaaaaaaa-1111-4222-8333-444444444444';

function run(data: string, ...args: readonly string[]): Promise<ProcessResult> {
  return countersign([...args, '--data', data]);
}

async function retry(data: string, code = 0): Promise<Report> {
  const report = await askJson<Report>(data, ['import', '--quarantined'], [code]);
  assertBalanced(report);
  return report;
}

/** Accepted, duplicates, rejected. */
function counts({ accepted, duplicates, rejected }: Report): readonly number[] {
  return [accepted, duplicates, rejected];
}

function quarantined(data: string): string[] {
  return readdirSync(join(data, 'quarantine')).sort();
}

type QuarantineItem = { readonly file: string; readonly at: string; readonly bytes: string | null };

/**
 * The quarantine of a version that could not read what this one can: same position, matching bytes.
 */
function makeReadable(data: string, file: string, row: number, bytes: string): void {
  const found = quarantined(data)
    .map((name) => join(data, 'quarantine', name))
    .map((path) => ({ path, kept: JSON.parse(readFileSync(path, 'utf8')) as QuarantineItem }))
    .filter(({ kept }) => kept.file === file && kept.at.startsWith(`row ${row},`));
  const [{ path, kept }] = found as [(typeof found)[number]];
  assert.equal(found.length, 1);
  writeFileSync(path, JSON.stringify({ ...kept, bytes: Buffer.from(bytes).toString('base64') }));
}

type Event = { readonly metadata: { readonly uid: string; readonly tenant_uid: string } };

async function ids(data: string): Promise<string[]> {
  const events = await askLines<Event>(data, ['timeline']);
  return events.map(({ metadata }) => metadata.uid).sort();
}

test('readable content is accepted and leaves; the rest stays, with its position', async () => {
  const data = join(root, 'bytes');
  const json = join(root, 'export.json');
  const csv = join(root, 'export.csv');
  writeFileSync(json, [recordText(1), '{"Id":2,,}', '{"Id":3,,}'].join('\n'));
  writeFileSync(csv, CSV_HEADER + csvRow(4) + csvRow(5, '') + csvRow(6));
  assert.equal((await run(data, 'import', json, csv)).code, 0);
  assert.equal(quarantined(data).length, 3);
  makeReadable(data, json, 2, recordText(2));
  makeReadable(data, csv, 2, csvRow(5).trimEnd());

  const report = await retry(data);
  assert.deepEqual(counts(report), [2, 0, 1]);
  assert.deepEqual(
    report.rejects.map(({ file, at }) => [file, at.replace(/byte \d+/, 'byte N')]),
    [[json, 'row 3, byte N']],
  );
  assert.deepEqual(Object.keys(report).slice(0, 8), [
    'files',
    'read',
    'accepted',
    'duplicates',
    'rejected',
    'rejects',
    'entries',
    'checkpoint',
  ]);
  assert.deepEqual(await ids(data), [1, 2, 4, 5, 6].map(recordId));
  assert.equal(quarantined(data).length, 1);
  await assertFsckClean(data);

  const again = await run(data, 'import', '--quarantined');
  assert.equal(again.code, 2);
  assert.match(again.stderr, /could not read any of the input/);
  assert.equal(quarantined(data).length, 1);
});

test('the entry of a retry names the first import, and no digest of a file', async () => {
  const data = join(root, 'entries');
  const file = join(root, 'one.json');
  writeFileSync(file, `${recordText(1)}\n{"Id":2,,}`);
  await run(data, 'import', file);
  makeReadable(data, file, 2, recordText(2));
  const { checkpoint, entries } = await retry(data);
  const sql = `SELECT "index" AS i FROM entries WHERE kind = 'import' ORDER BY i`;
  const imports = await askLines<{ i: number }>(data, ['query', sql]);
  const [begun, ended] = imports.slice(-2).map(({ i }) => i);
  assert.ok(imports.length === 4 && begun === checkpoint.size - entries);
  const { body } = await askJson<{ body: string }>(data, ['show', String(ended)]);
  const said = JSON.parse(body) as Record<string, unknown>;
  const { quarantinedBy, file: named, accepted, size, sha256 } = said;
  assert.deepEqual([quarantinedBy, named, accepted, size, sha256], [0, file, 1, null, null]);
});

test('after a crash before the clean-up, the same call finds duplicates', async () => {
  const data = join(root, 'crash');
  const file = join(root, 'crash.json');
  writeFileSync(file, `${recordText(1)}\n{"Id":2,,}`);
  await run(data, 'import', file);
  makeReadable(data, file, 2, recordText(2));
  const before = join(root, 'crash-quarantined');
  cpSync(join(data, 'quarantine'), before, { recursive: true });
  assert.deepEqual(counts(await retry(data)), [1, 0, 0]);
  cpSync(before, join(data, 'quarantine'), { recursive: true });
  assert.deepEqual(counts(await retry(data)), [0, 1, 0]);
  assert.deepEqual(quarantined(data), []);
});

test('missing, damaged or truncated files are read again, including members', async () => {
  const data = join(root, 'files');
  const folder = join(root, 'folder');
  mkdirSync(folder);
  const late = join(folder, 'late.json');
  const cut = join(folder, 'cut.csv');
  const zip = join(folder, 'some.zip');
  const whole = CSV_HEADER + csvRow(2) + csvRow(3);
  writeFileSync(cut, whole.slice(0, -4));
  writeFileSync(
    zip,
    zipOf([
      { name: 'bad.json', bytes: Buffer.from([0, 1, 2, 0xff]) },
      { name: 'good.json', bytes: Buffer.from(recordText(4)) },
    ]),
  );
  await run(data, 'import', late, cut, zip);
  const before = quarantined(data);
  assert.equal(before.length, 3);
  const still = await retry(data, 0);
  assert.equal(still.accepted, 0);
  assert.deepEqual(quarantined(data), before);

  writeFileSync(late, recordText(1));
  writeFileSync(cut, whole);
  writeFileSync(zip, zipOf([{ name: 'bad.json', bytes: Buffer.from(recordText(5)) }]));
  const report = await retry(data);
  assert.deepEqual([report.accepted, report.rejected], [3, 0]);
  assert.deepEqual(quarantined(data), []);
  assert.deepEqual(await ids(data), [1, 2, 3, 4, 5].map(recordId));
  await assertFsckClean(data);
});

test('content whose file is gone, or that came through a pipe, stays unchanged', async () => {
  const data = join(root, 'gone');
  const file = join(root, 'gone.bin');
  writeFileSync(file, Buffer.from([0, 1, 2, 0xff]));
  await run(data, 'import', file);
  const stream = await countersign(['import', '-', '--data', data], { input: '\0\0\0' });
  assert.equal(stream.code, 2);
  rmSync(file);
  const kept = quarantined(data).map((name) =>
    readFileSync(join(data, 'quarantine', name), 'utf8'),
  );
  assert.equal(kept.length, 2);
  const { rejects } = await retry(data, 2);
  assert.deepEqual(rejects.map((reject) => reject.file).sort(), ['-', file]);
  assert.deepEqual(
    quarantined(data).map((name) => readFileSync(join(data, 'quarantine', name), 'utf8')),
    kept,
  );
});

test('a record without a stated tenant keeps the tenant of its import', async () => {
  const data = join(root, 'tenant');
  const file = join(root, 'tenant.json');
  writeFileSync(file, `${recordText(1)}\n{"Id":2,,}`);
  await run(data, 'import', file, '--tenant', TENANT);
  makeReadable(data, file, 2, recordText(2, { OrganizationId: undefined }));
  await retry(data);
  const events = await askLines<Event>(data, ['timeline']);
  const read = events.find(({ metadata }) => metadata.uid === recordId(2));
  assert.equal(read?.metadata.tenant_uid, TENANT);
});

test('reports an empty quarantine; paths beside --quarantined are a usage error', async () => {
  const data = join(root, 'nothing');
  const file = join(root, 'fine.json');
  writeFileSync(file, recordText(1));
  await run(data, 'import', file);
  const { code, stdout } = await run(data, 'import', '--quarantined');
  assert.equal(code, 0);
  assert.match(stdout, /nothing is quarantined/);
  assert.equal((await retry(data)).read, 0);
  assert.equal((await run(data, 'import', '--parked')).code, 0, 'its former name');
  assert.equal((await run(data, 'import', '--quarantined', file)).code, 2);
  assert.equal((await run(data, 'import')).code, 2);
  assert.equal((await run(join(root, 'none'), 'import', '--quarantined')).code, 2);
});
