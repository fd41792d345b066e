import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { ended, type ProcessResult, REPOSITORY } from './support/command-line.ts';
import { blocksOf, commandsOf } from './support/markdown.ts';

const readme = readFileSync(join(REPOSITORY, 'README.md'), 'utf8');
const blocks = blocksOf(readme);
const folder = mkdtempSync(join(tmpdir(), 'countersign-readme-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** The shell blocks are typed one after the other, in a clone with a data folder of its own. */
for (const name of ['apps', 'content', 'packages', 'package.json', 'node_modules']) {
  symlinkSync(join(REPOSITORY, name), join(folder, name));
}

function run(command: string, args: readonly string[], dataName: string): Promise<ProcessResult> {
  const env = { ...process.env, NO_COLOR: '1', COUNTERSIGN_DATA: join(folder, dataName) };
  return ended(spawn(command, args, { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] }));
}

test('finds fenced blocks, their commands and the exit codes they state', () => {
  const [first, second] = blocksOf(
    'a\n```sh\none \\\n  two\n\n# no\nthree   # exits 3\n```\n```\nb\n```',
  );
  assert.ok(first !== undefined && second !== undefined);
  assert.deepEqual([first.language, first.line, second.text], ['sh', 2, 'b']);
  assert.deepEqual(commandsOf(first), [
    { text: 'one two', exitCode: 0 },
    { text: 'three', exitCode: 3 },
  ]);
});

test('asks for two set-up commands and no more', () => {
  const setUp = blocks.filter((block) => block.language === 'shell').map((block) => block.text);
  assert.deepEqual(setUp, ['npm ci && npm start', 'npm ci && npm test']);
});

test('is tested by the very command that it names', () => {
  const lines = readFileSync(join(REPOSITORY, '.ci', 'run'), 'utf8')
    .trim()
    .split('\n');
  assert.equal(lines.at(-1), 'npm ci && npm test');
});

test('shows the main job by npm start', async () => {
  const { code, stdout, stderr } = await run('npm', ['start'], 'start');
  assert.equal(code, 0, stderr);
  assert.ok(stdout.split('\n').length > 10, stdout);
  assert.match(stdout, /accounted +[1-9][\d,]* +accounted/, 'it shows the balance');
  assert.ok(!/warning|invariant/.test(stdout + stderr), `a demonstration that fails:\n${stderr}`);
});

for (const block of blocks.filter(({ language }) => language === 'sh')) {
  for (const { text, exitCode } of commandsOf(block)) {
    test(`line ${block.line}: ${text}`, async () => {
      const { code, stdout, stderr } = await run('sh', ['-eu', '-c', text], 'data');
      assert.equal(code, exitCode, stderr);
      assert.ok(stdout.trim() !== '', 'it prints something');
    });
  }
}

for (const block of blocks.filter(({ language }) => language === 'ts')) {
  test(`line ${block.line}: the code runs`, async () => {
    const file = join(folder, `line-${block.line}.ts`);
    writeFileSync(file, `${block.text}\n`);
    const { code, stderr } = await run(process.execPath, [file], 'data');
    assert.equal(code, 0, stderr);
  });
}

test('points at files that exist', () => {
  const links = Array.from(readme.matchAll(/\]\((?!https?:)([^)#]+)\)/g), (m) => m[1] as string);
  for (const link of links) assert.ok(existsSync(join(REPOSITORY, link)), `${link} is missing`);
});
