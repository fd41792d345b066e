import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commandOf, runNode } from './process.ts';

const LONG_ENOUGH_MS = 60_000;

function run(code: string, timeoutMs: number = LONG_ENOUGH_MS): ReturnType<typeof runNode> {
  return runNode({ args: ['--eval', code], timeoutMs, output: 'kept' });
}

test('keeps the output of a command, and how it ended', async () => {
  const ended = await run("console.log('out'); console.error('err'); process.exitCode = 4;");
  assert.equal(ended.code, 4);
  assert.deepEqual(ended.output.trim().split('\n').sort(), ['err', 'out']);
});

test('ends every process that a command started and left behind', async () => {
  const ended = await run(`
    const { spawn } = require('node:child_process');
    const child = spawn(process.execPath, ['--eval', 'setInterval(() => {}, 1000)'], {
      stdio: 'inherit',
    });
    child.unref();
  `);
  // The left-behind process holds our pipe, which closes only when the process has ended.
  assert.deepEqual([ended.code, ended.output], [0, '']);
});

test('ends a command that takes too long, and reports it', async () => {
  const ended = await run('setInterval(() => {}, 1000)', 500);
  assert.notEqual(ended.code, 0);
  assert.match(ended.output, /stopped after 0\.5 s/);
});

test('finds the command of a package, and refuses an unknown one', () => {
  assert.match(commandOf('typescript', 'tsc'), /typescript.bin.tsc$/);
  assert.throws(() => commandOf('typescript', 'tsx'), /has no command tsx/);
});
