import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { countersign, ended, type ProcessResult, start } from '../support/command-line.ts';
import { ndjson, records } from '../support/exports.ts';

const root = mkdtempSync(join(tmpdir(), 'countersign-handover-'));
after(() => rmSync(root, { recursive: true }));

/** The ledger's host is an import of standard input that has not ended yet. */
test('a second import is forwarded to the host, and prints its own result', async () => {
  const dir = join(root, 'second');
  const holder = await startHost(dir);
  const file = fileOf(records(20));
  const second = await startForwarded(['import', file, '--json', '--data', dir]);
  const [first, answer] = [await release(holder, records(15)), await second.result];
  assert.equal(first.code, 0, first.stderr);
  assert.equal(answer.code, 0, answer.stderr);
  const { read, accepted, duplicates } = JSON.parse(answer.stdout) as Record<string, number>;
  assert.deepEqual({ read, accepted, duplicates }, { read: 20, accepted: 5, duplicates: 15 });
  await clean(dir);
});

test('standard input is staged for the host, and removed afterwards', async () => {
  const dir = join(root, 'stdin');
  const holder = await startHost(dir);
  const second = await startForwarded(['import', '-', '--json', '--data', dir], ndjson(records(7)));
  await release(holder, records(1, 900));
  const answer = await second.result;
  assert.equal((JSON.parse(answer.stdout) as { accepted: number }).accepted, 7, answer.stderr);
  assert.deepEqual(
    readdirSync(join(dir, 'run')).filter((name) => name.startsWith('stdin')),
    [],
  );
  await clean(dir);
});

test('an error of forwarded work is reported like a local one', async () => {
  const dir = join(root, 'error');
  const holder = await startHost(dir);
  const args = ['ledger', 'erase', '--user', 'nobody@example.org', '--case', 'C', '--reason', 'R'];
  const second = await startForwarded([...args, '--data', dir]);
  await release(holder, records(2));
  const { code, stderr } = await second.result;
  assert.equal(code, 2);
  assert.match(stderr, /no body matches/);
});

test('after a kill -9 of the host, a waiting command does its own work', async () => {
  const dir = join(root, 'killed');
  const holder = await startHost(dir);
  const second = await startForwarded(['import', fileOf(records(9)), '--json', '--data', dir]);
  holder.kill('SIGKILL');
  const answer = await second.result;
  assert.equal((JSON.parse(answer.stdout) as { accepted: number }).accepted, 9, answer.stderr);
  await clean(dir);
});

test('many concurrent imports end with every record imported once', async () => {
  const dir = join(root, 'many');
  const files = [0, 1, 2, 3].map((part) => fileOf(records(20, part * 10)));
  const answers = await Promise.all(
    files.map((file) => countersign(['import', file, '--json', '--data', dir])),
  );
  const accepted = answers.map((answer) => {
    assert.equal(answer.code, 0, answer.stderr);
    return (JSON.parse(answer.stdout) as { accepted: number }).accepted;
  });
  assert.equal(
    accepted.reduce((sum, count) => sum + count, 0),
    50,
  );
  await clean(dir);
});

test('two commands can write to a data folder whose path is too long for a socket', async () => {
  const dir = join(root, 'long-'.repeat(20), 'long-'.repeat(20));
  const holder = await startHost(dir);
  const second = await startForwarded(['import', fileOf(records(3)), '--json', '--data', dir]);
  await release(holder, records(1));
  assert.equal((JSON.parse((await second.result).stdout) as { read: number }).read, 3);
  await clean(dir);
});

test('Ctrl-C ends an import with 130 between batches; the next run imports the rest', async () => {
  const dir = join(root, 'interrupted');
  const holder = await startHost(dir);
  holder.stdin?.on('error', () => undefined).write(ndjson(records(5)));
  holder.kill('SIGINT');
  const { code, stderr } = await ended(holder);
  assert.equal(code, 130);
  assert.match(stderr, /stopping after the current batch/);
  await clean(dir);
  const again = await countersign(['import', fileOf(records(5)), '--json', '--data', dir]);
  const { accepted, duplicates } = JSON.parse(again.stdout) as Record<string, number>;
  assert.equal((accepted ?? 0) + (duplicates ?? 0), 5);
  await clean(dir);
});

test('a second Ctrl-C ends the process at once, and the ledger survives it', async () => {
  const dir = join(root, 'twice');
  const holder = await startHost(dir);
  // A waiting command keeps the host busy after the host's own work was interrupted.
  const second = await startForwarded(['import', fileOf(records(4)), '--json', '--data', dir]);
  holder.kill('SIGINT');
  holder.kill('SIGINT');
  await ended(holder);
  assert.equal((await second.result).code, 0);
  await clean(dir);
});

let files = 0;

function fileOf(content: readonly unknown[]): string {
  const path = join(root, `export-${files++}.json`);
  writeFileSync(path, ndjson(content));
  return path;
}

/** Starts an import of standard input, and resolves when it holds the ledger. */
async function startHost(dir: string): Promise<ChildProcess> {
  const holder = start(['import', '-', '--json', '--data', dir]);
  await until(() => existsSync(join(dir, 'run', 'api.sock')));
  return holder;
}

async function release(holder: ChildProcess, content: readonly unknown[]): Promise<ProcessResult> {
  const result = ended(holder);
  holder.stdin?.end(ndjson(content));
  return result;
}

/** Starts a command, and resolves when it reports that it waits for the host. */
async function startForwarded(
  args: readonly string[],
  input = '',
): Promise<{ readonly result: Promise<ProcessResult> }> {
  const child = start(args);
  const result = ended(child);
  child.stdin?.end(input);
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  await until(() => said.includes('waiting for the process that holds the ledger'));
  // In an object: a bare promise would be awaited together with this one.
  return { result };
}

async function clean(dir: string): Promise<void> {
  const { code, stdout } = await countersign(['ledger', 'fsck', '--json', '--data', dir]);
  assert.equal(code, 0, stdout);
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await pause(5);
}
