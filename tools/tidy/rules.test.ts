import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bannedCalls, datedComments, leftOverTests } from './bans.ts';
import { blank } from './blank.ts';
import { emulatorApart, folderDoors, importOrder, nodeOnly } from './imports.ts';
import { fileLength, functionLength, lineLength } from './sizes.ts';
import { type Breach, type Rule, sourceOf } from './source.ts';
import { dependencies, explainedLimits, lineEndings, strayWords } from './texts.ts';

type Snippet = readonly [path: string, text: string];

function breaches(rule: Rule, [path, text]: Snippet): readonly Breach[] {
  return rule(sourceOf(path, text));
}

/** The rule finds each of the bad snippets, on its last line, and none of the good ones. */
function testRule(
  name: string,
  rule: Rule,
  snippets: { bad: readonly Snippet[]; good: readonly Snippet[] },
): void {
  test(name, () => {
    for (const snippet of snippets.bad) {
      const found = breaches(rule, snippet);
      assert.equal(found.length, 1, `not found in ${snippet[0]}: ${snippet[1].slice(0, 80)}`);
      assert.ok((found[0] as Breach).line >= 1 && (found[0] as Breach).what.length > 10);
    }
    for (const snippet of snippets.good) {
      assert.deepEqual(breaches(rule, snippet), [], snippet[1].slice(0, 80));
    }
  });
}

const filler = (lines: number): string => '  step();\n'.repeat(lines);

testRule('finds an import against the order of the layers', importOrder, {
  bad: [
    ['src/core/a.ts', "import { leaf } from '../ledger/index.ts';"],
    ['src/ledger/a.ts', "export * from '../ocsf/index.ts';"],
    ['src/ocsf/a.ts', "const late = await import('../books/index.ts');"],
    ['src/books/a.ts', "import type { Pool } from '../pipeline/index.ts';"],
    ['src/ocsf/a.ts', "import '../../tools/property.ts';"],
    ['src/surprise/a.ts', 'export const one = 1;'],
    ['src/cli/a.ts', "const { start } = await import('../../emulator/index.ts');"],
  ],
  good: [
    ['src/ledger/a.ts', "import { assert } from '../core/index.ts';"],
    ['src/ledger/a.ts', "import { leaf } from './leaf.ts';"],
    ['src/ledger/a.ts', "const key = Buffer.from('../ocsf/index.ts');"],
    ['src/ledger/a.ts', "// import { leaf } from '../ocsf/index.ts';"],
    ['src/ocsf/a.test.ts', "import { runs } from '../../tools/property.ts';"],
    ['tools/a.ts', "import { run } from '../src/cli/index.ts';"],
  ],
});

testRule("finds an import past a folder's door", folderDoors, {
  bad: [
    ['src/ledger/a.ts', "import { assert } from '../core/errors.ts';"],
    ['bench/a.ts', "import { leaf } from '../src/ledger/leaf.ts';"],
  ],
  good: [
    ['src/ledger/a.ts', "import { assert } from '../core/index.ts';"],
    ['src/intake/files/a.ts', "import { limits } from '../limits.ts';"],
    ['test/a.test.ts', "import { main } from '../src/cli/main.ts';"],
  ],
});

testRule('finds what the emulator shares with the program', emulatorApart, {
  bad: [
    ['emulator/a.ts', "import { assert } from '../src/core/index.ts';"],
    ['emulator/graph/a.ts', "import type { Leaf } from '../../src/ledger/index.ts';"],
    ['emulator/a.test.ts', "import { assert } from '../src/core/index.ts';"],
    ['emulator/a.ts', "import { runs } from '../tools/property.ts';"],
  ],
  good: [
    ['emulator/graph/a.ts', "import { Router } from '../router.ts';"],
    ['emulator/a.ts', "import { parse } from 'yaml';"],
    ['emulator/a.test.ts', "import { runs } from '../tools/property.ts';"],
    ['test/a.test.ts', "import { startEmulator } from '../emulator/index.ts';"],
  ],
});

testRule('finds a package where only node: modules are wanted', nodeOnly, {
  bad: [
    ['src/core/a.ts', "import fc from 'fast-check';"],
    ['src/ledger/a.ts', "import { createHash } from 'crypto';"],
  ],
  good: [
    ['src/ledger/a.ts', "import { hash } from 'node:crypto';"],
    ['src/ledger/a.test.ts', "import fc from 'fast-check';"],
    ['src/intake/a.ts', "import yauzl from 'yauzl';"],
  ],
});

testRule('finds a file that is too long', fileLength, {
  bad: [['src/core/a.ts', filler(401)]],
  good: [
    ['src/core/a.ts', filler(400)],
    ['README.md', 'line\n'.repeat(900)],
  ],
});

testRule('finds a line that is too long', lineLength, {
  bad: [['src/core/a.ts', `// ${'x'.repeat(98)}\n`]],
  good: [
    ['src/core/a.ts', `// ${'x'.repeat(97)}\n`],
    ['src/core/a.ts', `// ${'😀'.repeat(97)}\n`],
    ['README.md', 'x'.repeat(300)],
  ],
});

testRule('finds a function that is too long', functionLength, {
  bad: [
    ['src/core/a.ts', `export function long(): void {\n${filler(69)}}\n`],
    ['src/core/a.ts', `const long = async (a: string): Promise<void> => {\n${filler(69)}};\n`],
    [
      'src/core/a.ts',
      `class A {\n  static async long(a = '}'): Promise<void> {\n${filler(69)}}\n}\n`,
    ],
    ['src/core/a.test.ts', `test('does it all {', () => {\n${filler(69)}});\n`],
  ],
  good: [
    ['src/core/a.ts', `export function short(): void {\n${filler(68)}}\n`],
    ['src/core/a.ts', `export const TABLE = {\n${filler(200)}};\n`],
    ['src/core/a.ts', `class A {\n  one() {}\n${filler(200)}}\n`],
    ['src/core/a.ts', `export type T = {\n${filler(200)}};\n`],
    ['src/core/a.test.ts', `describe('all of it', () => {\n${filler(200)}});\n`],
  ],
});

testRule('finds what is banned', bannedCalls, {
  bad: [
    ['src/cli/a.ts', 'process.exit(1);'],
    ['src/books/a.ts', "console.log('here');"],
    ['src/ledger/a.ts', 'const now = Date.now();'],
    ['test/a.test.ts', 'const now = new Date();'],
    ['src/ledger/a.ts', 'const r = Math.random();'],
    ['src/core/a.ts', 'let a: any;'],
    ['src/core/a.ts', 'const a = b as any;'],
    ['src/core/a.ts', 'const a: Map<string, any> = b;'],
    ['src/core/a.ts', 'let a: string | any;'],
    ['src/core/a.ts', 'const a = b as unknown as C;'],
    ['src/core/a.ts', 'export default class A {}'],
    ['src/core/a.ts', 'const a = `${Date.now()}`;'],
    ['emulator/a.test.ts', 'beforeEach(async () => {});'],
  ],
  good: [
    ['test/a.test.ts', 'after(() => {});'],
    ['src/cli/a.ts', "console.log('here');"],
    ['src/core/clock.ts', 'const now = Date.now();'],
    ['src/pipeline/wire.ts', 'const now = Date.now();'],
    ['bench/a.ts', 'const r = Math.random();'],
    ['src/core/a.ts', 'const date = new Date(ms);'],
    ['src/core/a.ts', "import { all, any, not } from './answer.ts';"],
    ['src/core/a.ts', "import { any as anyOf } from './answer.ts';"],
    ['src/core/a.ts', 'const a = isAll ? all(b) : any(b);'],
    ['src/core/a.ts', "// never process.exit(1)\nconst a = 'process.exit(1)';"],
    ['src/core/a.ts', 'const a = /Date.now/.test(b);'],
    ['src/core/a.ts', 'const a = `process.exit(1)`;'],
  ],
});

testRule('finds a TODO that names no issue', datedComments, {
  bad: [
    ['src/core/a.ts', '// TODO: later'],
    ['src/core/a.ts', '/* TODO (me) */'],
    ['src/core/a.ts', '// FIXME'],
  ],
  good: [
    ['src/core/a.ts', '// TODO(#12): read the second form'],
    ['src/core/a.ts', "const a = 'TODO';"],
  ],
});

testRule('finds tests that are left out', leftOverTests, {
  bad: [
    ['src/core/a.test.ts', "test.only('a', () => {});"],
    ['src/core/a.test.ts', "test('a', { only: true }, () => {});"],
    ['src/core/a.test.ts', "test.skip('a', () => {});"],
    ['src/core/a.test.ts', "test('a', { skip: true }, () => {});"],
    ['src/core/a.test.ts', 't.skip();'],
  ],
  good: [
    ['src/core/a.test.ts', "test('a', { skip: 'needs the captures' }, () => {});"],
    ['src/core/a.test.ts', "t.skip('needs the captures');"],
    ['src/core/a.test.ts', "test('a', { skip: isMissing ? 'needs them' : false }, () => {});"],
  ],
});

testRule('finds CRLF', lineEndings, {
  bad: [['README.md', 'one\r\ntwo\r\n']],
  good: [['README.md', 'one\ntwo\n']],
});

testRule('finds what a machine left in a text', strayWords, {
  bad: [
    ['README.md', `see ${['', 'home', 'me', 'x'].join('/')}`],
    ['package-lock.json', `"resolved": "${['registry', 'example', 'org'].join('.')}/x.tgz"`],
  ],
  good: [['README.md', 'see https://countersign.example/home and ~/notes']],
});

testRule('finds a limit without its reason', explainedLimits, {
  bad: [
    ['src/core/limits.ts', 'export const DEPTH_MAX = 200;'],
    ['src/core/limits.ts', '/** Why. */\nexport const A = 1;\nexport const B: number = 2;'],
  ],
  good: [
    ['src/core/limits.ts', '/** Real records stay below 20. */\nexport const DEPTH_MAX = 200;'],
    ['src/core/limits.ts', '// Real records stay below 20.\nexport const DEPTH_MAX = 200;'],
    ['src/core/other.ts', 'export const DEPTH_MAX = 200;'],
  ],
});

test('finds a dependency that is not accounted for or not pinned', () => {
  const manifest = sourceOf(
    'package.json',
    '{"dependencies": {"a": "1.2.3"}, "devDependencies": {"b": "1.2.3", "c": "^1.2.3"}}',
  );
  const document = sourceOf('DEPENDENCIES.md', '| `a` | `c` |');
  const found = dependencies(manifest, document).map((breach) => breach.what.slice(0, 1));
  assert.deepEqual(found, ['b', 'c']);
  assert.equal(dependencies(manifest, undefined).length, 3);
});

test('parts code from comments and literals, place by place', () => {
  const text = 'a = "x" + b; // c\nd = `e${f("}")}g` / h; /* i */ j = /k["]/.test(l);\n';
  const { code, comments } = blank(text);
  assert.equal(code, 'a = " " + b;     \nd = ` ${f(" ")} ` / h;         j = /    /.test(l);\n');
  assert.equal(comments.replaceAll(' ', ''), '//c\n/*i*/\n');
  assert.equal(comments.length, text.length);
});
