import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { setImmediate as turn } from 'node:timers/promises';
import { ended, PROGRAM, type ProcessResult } from './command-line.ts';

/** Runs a command, and kills it with `kill -9` after this time if it has not ended. */
export async function killedAfter(
  ms: number,
  args: readonly string[],
  script: string = PROGRAM,
): Promise<'killed' | 'done'> {
  const { code, signal, stderr } = await run(args, script, ms);
  if (signal === 'SIGKILL') return 'killed';
  assert.equal(code, 0, stderr);
  return 'done';
}

/** Kills a command with `kill -9` this long after `isBegun` is first true. */
export async function killedOnce(
  isBegun: () => boolean,
  ms: number,
  args: readonly string[],
): Promise<'killed' | 'done'> {
  const child = spawn(process.execPath, [PROGRAM, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let isRunning = true;
  const end = ended(child).finally(() => {
    isRunning = false;
  });
  while (isRunning && !isBegun()) await turn();
  const timer = setTimeout(() => child.kill('SIGKILL'), ms);
  const { code, signal, stderr } = await end;
  clearTimeout(timer);
  if (signal === 'SIGKILL') return 'killed';
  assert.equal(code, 0, stderr);
  return 'done';
}

/** Runs a command to its end, and returns how long that takes on this machine now. */
export async function uninterruptedMs(args: readonly string[]): Promise<number> {
  const startedMs = performance.now();
  const { code, stderr } = await run(args, PROGRAM);
  assert.equal(code, 0, stderr);
  return performance.now() - startedMs;
}

async function run(
  args: readonly string[],
  script: string,
  killMs?: number,
): Promise<ProcessResult> {
  const child = spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const timer = killMs === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), killMs);
  try {
    return await ended(child);
  } finally {
    clearTimeout(timer);
  }
}
