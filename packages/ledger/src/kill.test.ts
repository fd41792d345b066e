import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomFillSync } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { execPath } from 'node:process';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { systemClock } from '@countersign/core';
import { temporaryFolder } from '@countersign/tlog/testing/witnessed-log';
import { IS_LONG, SEED } from '../../../tools/property.ts';
import { fsck } from './fsck/fsck.ts';
import { Ledger } from './ledger.ts';
import { LedgerReader } from './ledger-reader.ts';
import { diceOf } from './testing/crash-model.ts';
import { numbered } from './testing/numbered-draft.ts';

const KILLS = IS_LONG ? 200 : 4;
const PROCESS = join(import.meta.dirname, 'testing/appending-process.ts');
const random = { fill: randomFillSync };

/** Kills the process after it prints `lines` lines; returns what it acknowledged. */
async function killAfter(lines: number, args: readonly string[]): Promise<[number, number][]> {
  const child = spawn(execPath, [PROCESS, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const acknowledged: [number, number][] = [];
  let seen = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    const [number, index] = line.split(' ').map(Number);
    // The last line may be truncated. Only whole lines count, but a truncated line still names its
    // record.
    if (index !== undefined && seen < lines) acknowledged.push([number as number, index]);
    if (++seen === lines) child.kill('SIGKILL');
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  assert.equal(child.signalCode, 'SIGKILL');
  return acknowledged;
}

test('a process killed at any moment loses nothing that it acknowledged', async () => {
  const folder = temporaryFolder();
  const dir = join(folder.path, 'data');
  const dice = diceOf(SEED);
  const acknowledged = new Map<number, number>();
  let next = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    const batch = 1 + dice(40);
    for (const [number, index] of await killAfter(1 + dice(1500), [
      dir,
      String(batch),
      String(next),
      kill % 2 === 0 ? 'thread' : 'timer',
    ])) {
      assert.equal(acknowledged.get(number) ?? index, index, `record ${number}`);
      acknowledged.set(number, index);
      next = Math.max(next, number + 1);
    }
    await checkFolder(dir, acknowledged);
  }
  assert.ok(acknowledged.size > KILLS * 10);
  folder[Symbol.dispose]();
});

async function checkFolder(dir: string, acknowledged: ReadonlyMap<number, number>): Promise<void> {
  const ledger = await Ledger.open({ dir, clock: systemClock, random });
  await ledger.close();
  const reader = await LedgerReader.open(dir);
  const numbers = new Map<number, number>();
  for await (const batch of reader.scan()) {
    for (let i = 0; i < batch.count; i++) {
      const body = batch.body(i);
      assert.ok(body.kind === 'present');
      const { number } = JSON.parse(Buffer.from(body.bytes).toString()) as { number: number };
      assert.deepEqual(Buffer.from(body.bytes), numbered(number).body);
      assert.ok(!numbers.has(number), `record ${number} is there once`);
      numbers.set(number, batch.firstIndex + i);
    }
  }
  reader.close();
  for (const [number, index] of acknowledged) assert.equal(numbers.get(number), index);
  const { problems } = await fsck({ dir, threads: 0 });
  assert.deepEqual(problems, []);
}

test('a second process finds the folder locked until the first is killed', async () => {
  const folder = temporaryFolder();
  const dir = join(folder.path, 'data');
  const child = spawn(execPath, [PROCESS, dir, '1', '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  await assert.rejects(Ledger.open({ dir, clock: systemClock, random }), { code: 'LOCKED' });
  child.kill('SIGKILL');
  await once(child, 'exit');
  const ledger = await Ledger.open({ dir, clock: systemClock, random });
  await ledger.close();
  folder[Symbol.dispose]();
});
