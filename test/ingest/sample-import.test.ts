import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { HARMLESS_WHEN } from '../../apps/countersign/src/store/rows/finding.ts';
import { countersignHere } from '../support/command-here.ts';
import { REPOSITORY } from '../support/command-line.ts';

/** Stated in `content/sample/README.md`, and checked by the sample's own test. */
const RECORDS = 12_318;
const ACTIONS = 11_783;

type Report = { read: number; accepted: number; duplicates: number; rejected: number };

const folder = mkdtempSync(join(tmpdir(), 'countersign-sample-'));
after(() => rmSync(folder, { recursive: true, force: true }));

async function ask(...args: string[]): Promise<{ code: number | null; stdout: string }> {
  const { code, stdout, stderr } = await countersignHere([...args, '--data', join(folder, 'data')]);
  assert.notEqual(code, 70, stderr);
  return { code, stdout };
}

test('the sample is read completely, twice, and counted once', async () => {
  const sample = join(REPOSITORY, 'content', 'sample', 'export');
  for (const expected of [
    { accepted: RECORDS, duplicates: 0 },
    { accepted: 0, duplicates: RECORDS },
  ]) {
    const { code, stdout } = await ask('import', sample, '--json');
    const report = JSON.parse(stdout) as Report;
    assert.equal(code, 0);
    assert.equal(report.read, report.accepted + report.duplicates + report.rejected);
    assert.deepEqual({ accepted: report.accepted, duplicates: report.duplicates }, expected);
  }
  const { stdout } = await ask('query', 'SELECT count(*) AS n FROM events', '--json');
  assert.deepEqual(JSON.parse(stdout), { n: ACTIONS });
  assert.equal((await ask('ledger', 'fsck')).code, 0);
});

test('a timeline names an application whose record states only its id', async () => {
  const { stdout } = await ask('timeline', '--ip', '192.0.2.118');
  const reads = stdout.split('\n').filter((line) => line.includes('MailItemsAccessed'));
  assert.ok(reads.length > 0);
  for (const line of reads) assert.match(line, /mail archive connector .*Mail Archive Connector/);
});

test('every finding states its harmless explanations in one form', async () => {
  const { stdout } = await ask('findings', '--all', '--json');
  const messages = stdout
    .trimEnd()
    .split('\n')
    .map((line) => String(JSON.parse(line).message));
  const explained = messages.filter((message) => /harmless/i.test(message));
  assert.ok(explained.length > 0);
  for (const message of explained) assert.ok(message.includes(HARMLESS_WHEN), message);
});
