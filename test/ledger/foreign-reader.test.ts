import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { generateFile } from '../../bench/generator.ts';
import { IS_LONG, SEED } from '../../tools/property.ts';
import { assertFsckClean } from '../support/account.ts';
import { countersign, ended, start } from '../support/command-line.ts';
import { temporaryFolder } from '../support/folders.ts';
import { StaticLog } from '../support/ledger/static-log.ts';

const FILES = IS_LONG ? 40 : 4;
const RECORDS_A_FILE = 5_000;

const root = temporaryFolder('foreign');
const files = Array.from({ length: FILES }, (_, at) => {
  const path = join(root, `${at}.ndjson`);
  generateFile(path, { count: RECORDS_A_FILE, people: 40, seed: SEED + at });
  return path;
});

function openLog(data: string): StaticLog {
  const facts = JSON.parse(readFileSync(join(data, 'countersign.json'), 'utf8')) as {
    vkeys: string[];
  };
  return new StaticLog(join(data, 'ledger'), facts.vkeys[0] ?? '');
}

/** Checks the log repeatedly while a command writes; `mayKill` says when to kill it. */
async function readMeanwhile(
  data: string,
  paths: readonly string[],
  sizes: Set<number>,
  mayKill: (size: number) => boolean = () => false,
): Promise<{ code: number | null; signal: string | null; polls: number }> {
  const child = start(['import', ...paths, '--data', data]);
  child.stdin?.end();
  let isRunning = true;
  const end = ended(child).finally(() => {
    isRunning = false;
  });
  let log: StaticLog | undefined;
  let polls = 0;
  while (isRunning) {
    await turn();
    if (log === undefined && !existsSync(join(data, 'countersign.json'))) continue;
    log ??= openLog(data);
    const { size } = log.readCheckpoint();
    sizes.add(size);
    polls++;
    if (mayKill(size)) child.kill('SIGKILL');
  }
  const { code, signal, stderr } = await end;
  assert.notEqual(code, 70, stderr);
  return { code, signal, polls };
}

test('at every moment of an import, the log is valid for an independent reader', async () => {
  const data = join(root, 'whole');
  const sizes = new Set<number>();
  const { code, polls } = await readMeanwhile(data, files, sizes);
  assert.equal(code, 0);
  assert.ok(sizes.size >= 3, `only ${sizes.size} checkpoints were seen in ${polls} checks`);
  // Each file has one entry before it and two after it, besides the findings.
  const sql = "SELECT count(*) FILTER (kind <> 'finding') AS others, count(*) AS n FROM entries";
  const { stdout } = await countersign(['query', sql, '--data', data, '--json']);
  const { others, n } = JSON.parse(stdout) as { others: number; n: number };
  assert.equal(others, FILES * (RECORDS_A_FILE + 3));
  assert.equal(openLog(data).readCheckpoint().size, n);
});

test('the log is also valid after a kill -9, before and during recovery', async () => {
  const data = join(root, 'killed');
  const paths = files.slice(0, 2);
  const sizes = new Set<number>();
  const { signal } = await readMeanwhile(data, paths, sizes, (size) => size > 0);
  assert.equal(signal, 'SIGKILL');
  const left = openLog(data).readCheckpoint().size;
  const { code } = await readMeanwhile(data, paths, sizes);
  assert.equal(code, 0);
  assert.ok(openLog(data).readCheckpoint().size > left);
  await assertFsckClean(data);
});
