import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { generateFile } from '../../bench/generator.ts';
import { IS_LONG } from '../../tools/property.ts';
import { assertBalanced, assertFsckClean, importHere, type Report } from '../support/account.ts';
import { countersign, ended, type ProcessResult, start } from '../support/command-line.ts';
import { assertExactlyOnce } from '../support/exactly-once.ts';
import { temporaryFolder } from '../support/folders.ts';
import { smallDisk, withoutMount } from '../support/small-disk.ts';

const RECORDS = 12_000;
const root = temporaryFolder('bad-moments');
const file = join(root, 'records.ndjson');
const other = join(root, 'other-records.ndjson');
const few = join(root, 'few-records.ndjson');
generateFile(file, { count: RECORDS, people: 40, seed: 1 });
generateFile(other, { count: RECORDS, people: 40, seed: 2 });
generateFile(few, { count: 300, people: 10, seed: 3 });

function reportOf({ stdout }: ProcessResult): Report & { readonly interrupted?: boolean } {
  const report = JSON.parse(stdout) as Report;
  assertBalanced(report);
  return report;
}

/** Waits until the log of `data` has an entry, or the command has ended. */
async function untilSomethingIsIn(data: string, isRunning: () => boolean): Promise<void> {
  const checkpoint = join(data, 'ledger', 'checkpoint');
  while (isRunning()) {
    await turn();
    if (!existsSync(checkpoint)) continue;
    if (readFileSync(checkpoint, 'utf8').split('\n')[1] !== '0') return;
  }
}

/** Starts a command; `isRunning` is false once it has ended. */
function begin(args: readonly string[]): {
  readonly child: ReturnType<typeof start>;
  readonly end: Promise<ProcessResult>;
  readonly isRunning: () => boolean;
} {
  const child = start(args);
  child.stdin?.end();
  let isRunning = true;
  const end = ended(child).finally(() => {
    isRunning = false;
  });
  return { child, end, isRunning: () => isRunning };
}

/** Every file of a folder, with its bytes. */
function snapshot(folder: string): ReadonlyMap<string, string> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((e) => e.isFile()).map((e) => join(e.parentPath, e.name));
  return new Map(paths.sort().map((path) => [path, readFileSync(path, 'base64')]));
}

const COMMANDS: readonly (readonly string[])[] = [
  ['import', few],
  ['timeline'],
  ['statement', 'ada.lindqvist'],
  ['query', 'SELECT 1'],
  ['ledger', 'fsck'],
  ['ledger', 'erase', '--user', 'x', '--case', 'c', '--reason', 'r'],
  ['evidence', 'export', '0', '-o', join(root, 'evidence')],
  ['rebuild'],
];

test('every command refuses a data folder of another version, and does not change it', async () => {
  const data = join(root, 'other-version');
  await importHere(data, few);
  const facts = join(data, 'countersign.json');
  writeFileSync(facts, readFileSync(facts, 'utf8').replace(/"format": 2\b/, '"format": 1'));
  const before = snapshot(data);
  const answers = await Promise.all(
    COMMANDS.map((args) => countersign([...args, '--data', data, '--json'])),
  );
  for (const [at, { code, stdout, stderr }] of answers.entries()) {
    const what = COMMANDS[at]?.join(' ');
    assert.equal(code, 2, `${what}: ${stderr}`);
    assert.equal(stdout, '', what);
    assert.match(stderr, /^countersign: [^\n]*format is 1[^\n]*\n$/, what);
  }
  assert.deepEqual([...snapshot(data).keys()], [...before.keys()]);
  assert.deepEqual(snapshot(data), before);
});

for (const [what, text] of [
  ['cut', '{"format":'],
  ['not ours', '[]'],
  ['empty', ''],
] as const) {
  test(`a countersign.json that is ${what} is not mistaken for a missing ledger`, async () => {
    const data = join(root, `facts-${what}`);
    mkdirSync(data);
    writeFileSync(join(data, 'countersign.json'), text);
    const answers = [['import', few], ['timeline']].map((args) =>
      countersign([...args, '--data', data]),
    );
    for (const { code, stderr } of await Promise.all(answers)) {
      assert.equal(code, 2, stderr);
      assert.match(stderr, /^countersign: [^\n]*(?:countersign\.json|format)[^\n]*\n$/);
    }
    assert.deepEqual(readdirSync(data), ['countersign.json']);
  });
}

const skip = withoutMount(root);

for (const megabytes of IS_LONG ? [1, 2, 3, 4, 5, 6, 7, 8] : [2]) {
  test(`a full disk of ${megabytes} MB is reported, and loses nothing`, { skip }, async () => {
    using disk = smallDisk(root, megabytes);
    const data = join(disk.path, 'data');
    const { code, stdout, stderr } = await countersign(['import', file, '--data', data, '--json']);
    assert.equal(code, 3, stderr);
    assert.equal(stdout, '');
    assert.match(stderr, /^countersign: [^\n]*full[^\n]*\n$/);
    // Writing is impossible, and reading still gives correct answers.
    if (existsSync(join(data, 'countersign.json'))) {
      const timeline = await countersign(['timeline', '--data', data]);
      assert.equal(timeline.code, 3, timeline.stderr);
    }
    execFileSync('mount', ['-o', 'remount,size=200m', disk.path]);
    const again = await countersign(['import', file, '--data', data, '--json']);
    assert.equal(again.code, 0, again.stderr);
    const { accepted, duplicates } = reportOf(again);
    assert.equal(accepted + duplicates, RECORDS);
    await assertExactlyOnce(data, RECORDS);
  });
}

test('two concurrent writers both finish, and nothing is lost', async () => {
  const data = join(root, 'two-writers');
  const reports = (
    await Promise.all(
      [file, other, file].map((path) => countersign(['import', path, '--data', data, '--json'])),
    )
  ).map((end) => {
    assert.equal(end.code, 0, end.stderr);
    return reportOf(end);
  });
  const sum = (count: (report: Report) => number): number =>
    reports.reduce((total, report) => total + count(report), 0);
  assert.equal(
    sum(({ accepted }) => accepted),
    2 * RECORDS,
  );
  assert.equal(
    sum(({ duplicates }) => duplicates),
    RECORDS,
  );
  await assertExactlyOnce(data, 2 * RECORDS);
});

test('concurrent readers get whole answers, with a note on what is not yet indexed', async () => {
  const data = join(root, 'read-while-written');
  const { end, isRunning } = begin(['import', file, other, '--data', data, '--json']);
  await untilSomethingIsIn(data, isRunning);
  let rounds = 0;
  while (isRunning() && rounds < 3) {
    const answers = await Promise.all([
      countersign([
        'timeline',
        '--user',
        'mehmet.roca1@harbourline.example',
        '--data',
        data,
        '--json',
      ]),
      countersign(['query', 'SELECT count(*) AS n FROM entries', '--data', data, '--json']),
      countersign(['ledger', 'checkpoint', '--data', data, '--json']),
      countersign(['show', '0', '--data', data, '--json']),
    ]);
    for (const { code, stdout, stderr } of answers) {
      assert.ok(code === 0 || code === 3, `exits ${code}: ${stderr}`);
      if (code === 3) assert.match(stderr, /^cannot tell, because [^\n]+\n$/);
      for (const line of stdout.split('\n').filter((text) => text !== '')) JSON.parse(line);
    }
    await assertFsckClean(data);
    rounds++;
  }
  assert.ok(rounds > 0);
  assert.equal((await end).code, 0);
  await assertExactlyOnce(data, 2 * RECORDS);
});

test('Ctrl-C ends between batches; the next run does the rest', async () => {
  const data = join(root, 'interrupted');
  const { child, end, isRunning } = begin(['import', file, other, '--data', data, '--json']);
  await untilSomethingIsIn(data, isRunning);
  child.kill('SIGINT');
  const first = await end;
  assert.equal(first.code, 130, first.stderr);
  const { accepted, interrupted } = reportOf(first);
  assert.equal(interrupted, true);
  assert.ok(accepted < 2 * RECORDS);
  await assertExactlyOnce(data, accepted);
  const second = reportOf(await countersign(['import', file, other, '--data', data, '--json']));
  assert.deepEqual([second.accepted, second.duplicates], [2 * RECORDS - accepted, accepted]);
  await assertExactlyOnce(data, 2 * RECORDS);
});
