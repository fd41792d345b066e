import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import {
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, delimiter, dirname, join } from 'node:path';
import { after, describe, type TestContext, test } from 'node:test';
import { IS_LONG } from '../../tools/property.ts';
import { findChromium } from '../support/chromium.ts';
import {
  type Block,
  blocksOf,
  type Command,
  commandsOf,
  linksOf,
} from '../support/cli/markdown.ts';
import { ended, PROGRAM, type ProcessResult, REPOSITORY } from '../support/command-line.ts';
import { visitSignInPage } from '../support/enforcement/sign-in-visit.ts';
import { missingSyslog } from '../support/feeds/syslog-server.ts';

/** Tests every document: links lead to files, `sh` blocks run in order, `ts` blocks run. */
const DOCUMENTS = globSync(
  ['*.md', 'docs/**/*.md', 'packages/*/README.md', 'content/**/README.md'],
  { cwd: REPOSITORY },
).sort();
/** A first-time visitor reads no more lines than this. */
const README_LINES_MAX = 120;
/** A command in a document takes seconds. One that is still waiting now has hung. */
const COMMAND_TIMEOUT_MS = 180_000;

const root = mkdtempSync(join(tmpdir(), 'countersign-docs-'));
after(() => rmSync(root, { recursive: true, force: true }));

/**
 * `npx` without the second that npm takes to find the program, which is the one that other tests
 * start. The README's commands use npm's own, and the sources.
 */
const programs = join(root, 'bin');
mkdirSync(programs);
writeFileSync(
  join(programs, 'npx'),
  `#!/bin/sh
test "$1" = countersign || { echo "$1 is not known here" >&2; exit 127; }
shift
exec '${process.execPath}' '${PROGRAM}' "$@"
`,
  { mode: 0o755 },
);

/** A clone with its own data folder, in which a reader follows one document. */
function cloneFor(document: string): string {
  const folder = join(root, document.replaceAll('/', '-'));
  mkdirSync(folder);
  for (const name of ['apps', 'content', 'packages', 'package.json', 'node_modules']) {
    symlinkSync(join(REPOSITORY, name), join(folder, name));
  }
  return folder;
}

function child(
  folder: string,
  command: string,
  args: readonly string[],
  timeout?: number,
): ChildProcess {
  const { COUNTERSIGN_DATA: _, PATH = '', ...env } = process.env;
  const path = basename(folder) === 'README.md' ? PATH : [programs, PATH].join(delimiter);
  return spawn(command, args, {
    cwd: folder,
    env: { ...env, PATH: path, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    timeout,
  });
}

const run = (folder: string, command: string, args: readonly string[]): Promise<ProcessResult> =>
  ended(child(folder, command, args));

/** Receivers that documents start, and why they cannot run here. */
const NEEDS: ReadonlyMap<string, string | undefined> = new Map([
  ['rsyslogd', missingSyslog('rsyslog')],
]);

type RunningCommand = { readonly text: string; readonly child: ChildProcess };

/** Follows one document, step by step. */
class Reader {
  readonly #folder: string;
  readonly #running: RunningCommand[] = [];
  #lacks: string | undefined;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async runCommand(t: TestContext, { text, exitCode }: Command): Promise<void> {
    for (const [need, lack] of NEEDS) if (text.includes(need)) this.#lacks ??= lack;
    if (this.#lacks !== undefined) return t.skip(this.#lacks);
    const isKept = exitCode === 'keeps running';
    const timeout = isKept ? undefined : COMMAND_TIMEOUT_MS;
    const started = child(this.#folder, 'sh', ['-eu', '-c', text], timeout);
    if (isKept) {
      started.stdout?.resume();
      started.stderr?.resume();
      this.#running.push({ text, child: started });
    } else {
      const { code, stderr } = await ended(started);
      assert.equal(code, exitCode, stderr);
    }
  }

  async runCode({ line, text }: Block): Promise<void> {
    const file = join(this.#folder, `line-${line}.ts`);
    writeFileSync(file, `${text}\n`);
    const { code, stderr } = await run(this.#folder, process.execPath, [file]);
    assert.equal(code, 0, stderr);
  }

  async visit(t: TestContext): Promise<void> {
    const chromium = findChromium();
    if (chromium !== undefined) return visitSignInPage(chromium, this.#folder);
    this.#lacks = 'there is no Chromium: what follows needs it';
    t.skip(this.#lacks);
  }

  /** Presses Ctrl-C where the command runs. */
  async stop(t: TestContext, text: string): Promise<void> {
    if (this.#lacks !== undefined) return t.skip(this.#lacks);
    const at = this.#running.findLastIndex((each) => each.text.startsWith(text));
    const [command] = this.#running.splice(at, at < 0 ? 0 : 1);
    assert.ok(command !== undefined, `${text} was not started`);
    assert.equal(command.child.exitCode, null, `${text} ended by itself`);
    await signaled(command.child, 'SIGINT');
  }

  /** Background commands are stopped in reverse order, as a reader would. */
  async end(): Promise<void> {
    for (const { child } of this.#running.reverse()) await signaled(child, 'SIGTERM');
  }
}

/** Ends a command with all processes that it started. */
async function signaled(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const closed = new Promise((resolve) => child.once('close', resolve));
  process.kill(-(child.pid as number), signal);
  await closed;
}

test('finds fenced blocks, their commands and the annotations on them', () => {
  const [first, second, third] = blocksOf(
    [
      ...['a', '```sh', 'one "', '  two" \\', '  3', '', '# no', 'three   # exits 3'],
      ...["five > file <<'END'", '# "a', '', 'END'],
      ...['four # keeps running', '```', '```', 'b', '```', '<!-- stop: four -->'],
    ].join('\n'),
  );
  assert.ok(first !== undefined && second !== undefined);
  assert.deepEqual([first.language, first.line, second.text], ['sh', 2, 'b']);
  assert.deepEqual(third, { language: 'stop', text: 'four', line: 18 });
  assert.deepEqual(commandsOf(first), [
    { text: 'one "\n  two" 3', exitCode: 0 },
    { text: 'three', exitCode: 3 },
    { text: "five > file <<'END'\n# \"a\n\nEND", exitCode: 0 },
    { text: 'four', exitCode: 'keeps running' },
  ]);
});

describe('README.md', () => {
  const readme = readFileSync(join(REPOSITORY, 'README.md'), 'utf8');

  test('needs only two set-up commands', () => {
    const setUp = blocksOf(readme).filter(({ language }) => language === 'shell');
    assert.deepEqual(
      setUp.map(({ text }) => text),
      ['npm ci && npm start', 'npm ci && npm test'],
    );
  });

  test('is short, and leaves measurements to docs/benchmarks.md', () => {
    assert.ok(readme.split('\n').length <= README_LINES_MAX + 1);
    assert.doesNotMatch(readme, /\d\/s\b|\d MiB|\d ms\b/);
  });

  test('names the exact test command', () => {
    const lines = readFileSync(join(REPOSITORY, '.ci', 'run'), 'utf8')
      .trim()
      .split('\n');
    assert.equal(lines.at(-1), 'npm ci && npm test');
  });

  /** Three weeks of a company take a minute. test/server/demo.test.ts has a shorter form. */
  test('shows the main use with npm start', { skip: !IS_LONG }, async () => {
    const { code, stdout, stderr } = await run(cloneFor('npm-start'), 'npm', ['start']);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^Accounted +9[5-9]/m, 'it shows the balance');
    assert.ok(!/warning|invariant/.test(stdout + stderr), `a demonstration that fails:\n${stderr}`);
  });
});

for (const document of DOCUMENTS) {
  const path = join(REPOSITORY, document);
  const text = readFileSync(path, 'utf8');
  const blocks = blocksOf(text);

  test(`${document} links to existing files`, () => {
    for (const link of linksOf(text)) {
      assert.ok(existsSync(join(dirname(path), link)), `${link} is missing`);
    }
  });

  const runnable = blocks.filter(({ language }) =>
    ['sh', 'ts', 'browser', 'stop'].includes(language),
  );
  if (runnable.length === 0) continue;
  describe(document, () => {
    const reader = new Reader(cloneFor(document));
    after(() => reader.end());
    for (const block of runnable) {
      if (block.language === 'ts') {
        test(`line ${block.line}: the code runs`, () => reader.runCode(block));
      } else if (block.language === 'browser') {
        test(`line ${block.line}: ${block.text}`, (t) => reader.visit(t));
      } else if (block.language === 'stop') {
        test(`line ${block.line}: stop ${block.text}`, (t) => reader.stop(t, block.text));
      } else {
        for (const command of commandsOf(block)) {
          test(`line ${block.line}: ${command.text}`, (t) => reader.runCommand(t, command));
        }
      }
    }
  });
}

const PACKAGES = globSync('packages/*', { cwd: REPOSITORY }).sort();

for (const each of PACKAGES) {
  test(`${each} has a README with an example, and examples that run`, async () => {
    const readme = readFileSync(join(REPOSITORY, each, 'README.md'), 'utf8');
    assert.ok(blocksOf(readme).some(({ language }) => language === 'ts'));
    const examples = globSync(`${each}/examples/*.ts`, { cwd: REPOSITORY });
    assert.ok(examples.length > 0, 'it has no example');
    for (const example of examples) {
      const { code, stdout, stderr } = await run(REPOSITORY, process.execPath, [example]);
      assert.equal(code, 0, `${example}: ${stderr}`);
      assert.ok(stdout.trim() !== '', `${example} prints something`);
    }
  });
}
