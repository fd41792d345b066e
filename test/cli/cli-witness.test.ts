import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { type CommandResult, countersignHere } from '../support/command-here.ts';
import { ended, type ProcessResult, start } from '../support/command-line.ts';
import { ndjson, records } from '../support/exports.ts';

const root = mkdtempSync(join(tmpdir(), 'countersign-witness-'));
const dir = join(root, 'data');
const state = join(root, 'witness');
after(() => rmSync(root, { recursive: true }));

test('a log asks its witness, which keeps its key and its state across a restart', async () => {
  const file = join(root, 'export.json');
  writeFileSync(file, ndjson(records(4)));
  assert.equal((await ask(['import', file])).code, 0);
  const alone = await ask(['ledger', 'witness']);
  assert.equal(alone.code, 3);
  assert.match(alone.stderr, /no witnesses/);

  const { vkey: log } = JSON.parse((await ask(['ledger', 'checkpoint', '--json'])).stdout);
  const first = await run(log as string);
  const policy = join(root, 'witnesses.policy');
  writeFileSync(policy, `witness w ${first.vkey} ${first.url}\nquorum w\n`);
  const asked = await ask(['ledger', 'witness', '--policy', policy]);
  assert.equal(asked.code, 0, asked.stderr);
  assert.match(asked.stdout, /^cosigned: w$/m);
  const cosigned = readFileSync(join(dir, 'ledger', 'checkpoint'), 'utf8');
  assert.equal(cosigned.split('\n').filter((line) => line.startsWith('— ')).length, 2);

  first.child.kill('SIGTERM');
  assert.equal((await first.result).code, 0);
  const silent = await ask(['ledger', 'witness']);
  assert.equal(silent.code, 3);
  assert.match(silent.stdout, /^not cosigned: w: /m);

  const second = await run(log as string);
  assert.equal(second.vkey, first.vkey);
  second.child.kill('SIGTERM');
  await second.result;
  assert.equal((await ask(['ledger', 'fsck'])).code, 0);
});

test('a witness needs its state and a log', async () => {
  assert.equal((await ask(['ledger', 'witness', '--listen', '0'])).code, 2);
});

type WitnessProcess = {
  readonly child: ChildProcess;
  readonly result: Promise<ProcessResult>;
  readonly url: string;
  readonly vkey: string;
};

async function run(log: string): Promise<WitnessProcess> {
  const args = ['ledger', 'witness', '--listen', '0', '--state', state, '--log', log, '--json'];
  const child = start(args);
  const result = ended(child);
  assert.ok(child.stdout !== null);
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const { url, vkey } = JSON.parse(line.toString()) as { url: string; vkey: string };
  return { child, result, url, vkey };
}

function ask(args: readonly string[]): Promise<CommandResult> {
  return countersignHere([...args, '--data', dir]);
}
