import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { countersign, REPOSITORY } from '../support/command-line.ts';
import { ndjson, records } from '../support/exports.ts';
import { temporaryFolder } from '../support/folders.ts';

const root = temporaryFolder('conformance');
const captures = join(root, 'captures.json');
writeFileSync(captures, ndjson(records(6)));

test('compares captures without an import, and lists the differences', async () => {
  const { code, stdout } = await countersign(['conformance', captures, '--json']);
  const report = JSON.parse(stdout) as {
    answer: string;
    records: number;
    kinds: { kind: string; state: string; differences: { field: string; in: string }[] }[];
  };
  assert.equal(report.records, 6);
  const [kind, ...more] = report.kinds;
  assert.deepEqual([kind?.kind, more.length], ['6 FileAccessed', 0]);
  assert.equal(code, report.answer === 'no' ? 1 : 3);
});

test('compares the ledger, with the same result', async () => {
  const dir = join(root, 'data');
  const imported = await countersign(['import', captures, '--data', dir]);
  assert.equal(imported.code, 0, imported.stderr);
  const [ledger, files] = await Promise.all([
    countersign(['conformance', '--json', '--data', dir]),
    countersign(['conformance', captures, '--json']),
  ]);
  const kinds = ({ stdout }: { stdout: string }): unknown =>
    (JSON.parse(stdout) as { kinds: unknown }).kinds;
  assert.deepEqual(kinds(ledger), kinds(files));
  const other = ['--tenant', 'ffffffff-0000-4000-8000-000000000000'];
  const { code, stderr } = await countersign(['conformance', '--data', dir, ...other]);
  assert.equal(code, 3);
  assert.match(stderr, /^cannot tell, because there is no record to compare/);
});

test('reports names, forms and counts, and no value', async () => {
  for (const args of [['--json'], []]) {
    const { stdout } = await countersign(['conformance', captures, ...args]);
    assert.ok(stdout.length > 100);
    assert.doesNotMatch(stdout, /ada@|example\.org|plan-|192\.0\.2|sharepoint\.com/);
  }
});

test('nothing to compare is not conformity', async () => {
  const empty = join(root, 'empty');
  mkdirSync(empty);
  const { code, stderr } = await countersign(['conformance', empty]);
  assert.equal(code, 3);
  assert.match(stderr, /nothing follows from that/);
});

for (const columns of [80, 200]) {
  test(`fits ${columns} columns`, async () => {
    const env = { COLUMNS: String(columns) };
    const sample = join(REPOSITORY, 'content', 'sample', 'export', 'ual-entra.csv.gz');
    const { code, stdout } = await countersign(['conformance', sample], { env });
    assert.equal(code, 1);
    for (const line of stdout.split('\n')) assert.ok([...line].length <= columns, line);
  });
}
