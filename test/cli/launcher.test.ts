import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, test } from 'node:test';
import { olderNode, withoutOlderNode } from '../support/cli/older-node.ts';
import { ended, REPOSITORY } from '../support/command-line.ts';

/** Replaces the program: reports its environment, and does what the test asks. */
const MAIN = `
import { getCompileCacheDir } from 'node:module';
const [what] = process.argv.slice(2);
if (what === 'exit') process.exitCode = 3;
if (what === 'echo') process.stdin.pipe(process.stdout);
if (what === 'wait') {
  setInterval(() => {}, 1000);
  for (const signal of ['SIGTERM', 'SIGINT']) {
    process.on(signal, () => {
      console.log(signal);
      process.exit(7);
    });
  }
}
if (what === 'hang') setInterval(() => {}, 1000);
const { pid, versions, argv } = process;
const cache = getCompileCacheDir();
console.log(JSON.stringify({ pid, node: versions.node, cache, argv: argv.slice(2) }));
`;

const folders: string[] = [];
after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** An installed package: the launcher, compiled JavaScript, and Node beside it. */
function installed(options: { withNode: 'with Node' | 'without Node' }): string {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-launcher-'));
  folders.push(folder);
  cpSync(join(REPOSITORY, 'apps/countersign/bin'), join(folder, 'bin'), { recursive: true });
  mkdirSync(join(folder, 'dist'), { recursive: true });
  mkdirSync(join(folder, 'node_modules'));
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  writeFileSync(join(folder, 'dist', 'main.js'), MAIN);
  if (options.withNode === 'with Node') {
    const node = join(REPOSITORY, 'node_modules', 'node');
    symlinkSync(node, join(folder, 'node_modules', 'node'));
  }
  return folder;
}

function launch(node: string, folder: string, args: readonly string[]): ChildProcess {
  // The test command sets a folder for compiled code; a user's shell does not.
  const { NODE_COMPILE_CACHE: _, ...env } = process.env;
  return spawn(node, [join(folder, 'bin', 'countersign'), ...args], { stdio: 'pipe', env });
}

type LauncherReport = {
  readonly pid: number;
  readonly node: string;
  readonly argv: string[];
  /** The folder with compiled code. */
  readonly cache: string;
};

async function firstLine(child: ChildProcess): Promise<LauncherReport> {
  assert.ok(child.stdout !== null);
  const lines = createInterface({ input: child.stdout });
  for await (const line of lines) return JSON.parse(line) as LauncherReport;
  throw new Error('the program printed nothing');
}

const old = { skip: withoutOlderNode };

test('starts its own Node from an older one, with arguments and exit code', old, async () => {
  const folder = installed({ withNode: 'with Node' });
  const child = launch(olderNode() as string, folder, ['exit', '--to', '2024-01-01 "x"', '']);
  const { code, stdout, stderr } = await ended(child);
  const said = JSON.parse(stdout) as LauncherReport;
  assert.equal(code, 3);
  assert.equal(stderr, '');
  assert.match(said.node, /^24\./);
  assert.deepEqual(said.argv, ['exit', '--to', '2024-01-01 "x"', '']);
});

test('passes standard input through', old, async () => {
  const child = launch(olderNode() as string, installed({ withNode: 'with Node' }), ['echo']);
  child.stdin?.end('a line\n');
  const { stdout } = await ended(child);
  assert.equal(stdout.split('\n')[1], 'a line');
});

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  test(`forwards ${signal}, and exits like the program`, old, async () => {
    const child = launch(olderNode() as string, installed({ withNode: 'with Node' }), ['wait']);
    const end = ended(child);
    child.stdout?.once('data', () => child.kill(signal));
    const { code, stdout } = await end;
    assert.equal(code, 7);
    assert.equal(stdout.trim().split('\n').at(-1), signal);
  });
}

test('dies of the signal that its program died of', old, async () => {
  const child = launch(olderNode() as string, installed({ withNode: 'with Node' }), ['hang']);
  const end = new Promise((resolve) => child.on('close', (_, signal) => resolve(signal)));
  const { pid } = await firstLine(child);
  process.kill(pid, 'SIGKILL');
  assert.equal(await end, 'SIGKILL');
});

test('does not leave the program running when it is killed', old, async () => {
  const child = launch(olderNode() as string, installed({ withNode: 'with Node' }), ['hang']);
  // The program shares standard output: the pipe closes when both have ended.
  const closed = new Promise((resolve) => child.on('close', resolve));
  const { pid } = await firstLine(child);
  assert.notEqual(pid, child.pid);
  child.kill('SIGKILL');
  await closed;
});

test('without Node 24, prints one sentence on what to do', old, async () => {
  const child = launch(olderNode() as string, installed({ withNode: 'without Node' }), ['exit']);
  const { code, stdout, stderr } = await ended(child);
  assert.equal(code, 2);
  assert.equal(stdout, '');
  assert.match(stderr, /^countersign: could not start: it needs Node 24 .*npm ci.*\n$/);
});

test('runs in the same process if that is already Node 24', async () => {
  const child = launch(process.execPath, installed({ withNode: 'without Node' }), ['exit', 'a']);
  const { code, stdout } = await ended(child);
  const said = JSON.parse(stdout) as LauncherReport;
  assert.equal(code, 3);
  assert.equal(said.pid, child.pid);
  assert.deepEqual(said.argv, ['exit', 'a']);
});

for (const [node, path] of [
  ['Node 24', process.execPath],
  ['an older Node', olderNode()],
] as const) {
  const skip = path === undefined ? withoutOlderNode : false;
  test(`keeps compiled code beside its packages, started by ${node}`, { skip }, async () => {
    const folder = installed({ withNode: 'with Node' });
    const { cache } = await firstLine(launch(path as string, folder, ['exit']));
    assert.ok(cache.startsWith(join(folder, 'node_modules', '.cache', 'countersign')), cache);
  });
}

for (const [what, main, code, message] of [
  [
    'a package is missing',
    "import 'not-installed';",
    2,
    /not-installed.*npm install --include=opt/,
  ],
  ['its own file is broken', 'import {', 70, /SyntaxError|Unexpected|could not start/],
] as const) {
  test(`prints one sentence that ${what}, and never answers "no"`, async () => {
    const folder = installed({ withNode: 'without Node' });
    writeFileSync(join(folder, 'dist', 'main.js'), main);
    const { code: exitCode, stdout, stderr } = await ended(launch(process.execPath, folder, []));
    assert.deepEqual([exitCode, stdout], [code, '']);
    assert.match(stderr, /^countersign: could not start: [^\n]+\n$/);
    assert.match(stderr, message);
  });
}
