import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import { countersign, REPOSITORY, start } from '../support/command-line.ts';
import { ndjson, records } from '../support/exports.ts';

const root = mkdtempSync(join(tmpdir(), 'countersign-output-'));
const dir = join(root, 'data');
const TENANT = '11111111-2222-4333-8444-555555555555';
after(() => rmSync(root, { recursive: true }));

before(async () => {
  const file = join(root, 'export.json');
  writeFileSync(file, ndjson(records(3000)));
  const { code, stderr } = await countersign(['import', file, '--data', dir]);
  assert.equal(code, 0, stderr);
});

for (const args of [['timeline'], ['timeline', '--json'], ['query', 'FROM events', '--json']]) {
  test(`${args.join(' ')}: ends quietly when the reader closes the pipe`, async () => {
    const child = start([...args, '--data', dir]);
    child.stdout?.once('data', () => child.stdout?.destroy());
    const { code, stderr } = await endedWithoutReader(child);
    assert.ok(code === 0 || code === 3, `${code}`);
    assert.doesNotMatch(stderr, /EPIPE|defect/);
  });
}

test('a reader that is gone from the start does not stop an import', async () => {
  const file = join(root, 'more.json');
  writeFileSync(file, ndjson(records(5, 5000)));
  const child = start(['import', file, '--data', dir]);
  child.stdout?.destroy();
  assert.equal((await endedWithoutReader(child)).code, 0);
  const again = await countersign(['import', file, '--json', '--data', dir]);
  assert.equal((JSON.parse(again.stdout) as { duplicates: number }).duplicates, 5);
});

test('reports an answer that cannot be written, and exits with an error', async (t) => {
  if (!existsSync('/dev/full')) return t.skip('because this system has no /dev/full');
  const main = join(REPOSITORY, 'apps/countersign/src/main.ts');
  const child = spawn(process.execPath, [main, 'ledger', 'checkpoint', '--data', dir], {
    stdio: ['ignore', openSync('/dev/full', 'w'), 'pipe'],
  });
  const exited = new Promise((resolve) => child.once('close', resolve));
  assert.match(await text(child.stderr as NonNullable<typeof child.stderr>), /disk is full/);
  assert.equal(await exited, 3);
});

test('a pipe gets one whole line per row, without color', async () => {
  const { stdout } = await countersign(['timeline', '--data', dir], { env: { NO_COLOR: '' } });
  const [head, ...rows] = stdout.trimEnd().split('\n');
  assert.match(head ?? '', /^time \(UTC\) +who +what +on what +from +app +session +entry$/);
  assert.equal(rows.length, 3005);
  for (const row of rows) assert.match(row, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d {2}\S.* \d+$/);
  assert.ok(!stdout.includes('\x1b'));
});

test('help, errors and progress keep off standard output', async () => {
  const file = join(root, 'more.json');
  const { stdout, stderr } = await countersign(['import', file, '--json', '--data', dir]);
  assert.equal(stdout.split('\n').length, 2);
  assert.equal(stderr, '');
});

async function endedWithoutReader(child: ChildProcess): Promise<{ code: unknown; stderr: string }> {
  const exited = new Promise((resolve) => child.once('exit', resolve));
  assert.ok(child.stderr !== null);
  const stderr = await text(child.stderr);
  return { code: await exited, stderr };
}

for (const args of [
  ['evidence', 'export', '1', '-o'],
  ['statement', 'ada@example.org', '--format', 'csv', '-o'],
  ['query', 'SELECT 1', '--format', 'csv', '-o'],
  ['query', 'SELECT 1', '--format', 'parquet', '-o'],
  ['policy', 'export', 'conditional-access', '--tenant', TENANT, '-o'],
  ['out', '--since', '2024-01-01T00:00:00Z', '--questionnaire'],
]) {
  test(`${args.join(' ')}: keeps an existing file unless told to replace it`, async () => {
    const file = join(root, 'kept');
    writeFileSync(file, 'what was there');
    const line = [...args, file, '--data', dir];
    const { code, stdout, stderr } = await countersign(line);
    assert.deepEqual([code, stdout], [2, '']);
    const what = 'the file already exists. Name another file, or give --overwrite';
    assert.equal(stderr, `countersign: could not write ${file}: ${what}\n`);
    assert.equal(readFileSync(file, 'utf8'), 'what was there');
    const replaced = await countersign([...line, '--overwrite']);
    assert.ok(replaced.code === 0 || replaced.code === 3, replaced.stderr);
    assert.notEqual(readFileSync(file, 'utf8'), 'what was there');
  });
}
