import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bannedCalls, datedComments, leftOverTests } from './bans.ts';
import { blank } from './blank.ts';
import { appOrder, nodeOnly, packageEdges, packageWalls } from './imports.ts';
import { participleTypes, retiredWords } from './names.ts';
import { plainProse } from './prose.ts';
import { fileLength, functionLength, lineLength } from './sizes.ts';
import { type Breach, type Rule, sourceOf } from './source.ts';
import { dependencies, explainedLimits, lineFeedsOnly, strayWords } from './texts.ts';

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

testRule('finds an import of a package that is not allowed', packageEdges, {
  bad: [
    ['packages/core/src/a.ts', "import { leaf } from '@countersign/ledger';"],
    ['packages/tlog/src/a.ts', "export * from '@countersign/ledger';"],
    ['packages/emulator/src/a.test.ts', "import { assert } from '@countersign/core';"],
    ['packages/ledger/src/a.ts', "const late = await import('@countersign/ocsf');"],
    ['packages/ledger/src/a.ts', "import { log } from '@countersign/tlog/testing/log';"],
    ['apps/countersign/src/a.ts', "import { log } from '@countersign/tlog/src/log.ts';"],
    ['packages/surprise/src/a.ts', 'export const one = 1;'],
  ],
  good: [
    ['packages/ledger/src/a.ts', "import { assert } from '@countersign/core';"],
    ['packages/ledger/src/a.ts', "const key = Buffer.from('@countersign/ocsf');"],
    ['packages/ledger/src/a.ts', "// import { leaf } from '@countersign/ocsf';"],
    ['packages/ledger/src/a.test.ts', "import { log } from '@countersign/tlog/testing/log';"],
    ['apps/countersign/src/a.ts', "import { tile } from '@countersign/tlog';"],
    ['apps/countersign/src/a.ts', "import { layout } from '@countersign/ledger/reader';"],
  ],
});

testRule('finds a path into a package, and out of one', packageWalls, {
  bad: [
    ['apps/countersign/src/a.ts', "import { a } from '../../../packages/core/src/a.ts';"],
    ['packages/tlog/src/a.ts', "import { a } from '../../core/src/a.ts';"],
    ['packages/emulator/src/a.ts', "import { runs } from '../../../tools/property.ts';"],
    ['packages/emulator/src/a.test.ts', "import '../../../apps/countersign/src/main.ts';"],
  ],
  good: [
    ['packages/tlog/src/log/a.ts', "import { a } from '../merkle/a.ts';"],
    ['packages/tlog/src/a.test.ts', "import { runs } from '../../../tools/property.ts';"],
    ['tools/a.ts', "import { run } from '../apps/countersign/src/main.ts';"],
  ],
});

testRule('finds an import against the order of the product', appOrder, {
  bad: [
    ['apps/countersign/src/store/a.ts', "import type { B } from '../reports/b.ts';"],
    ['apps/countersign/src/ingest/a.ts', "import { b } from '../detection/b.ts';"],
    ['apps/countersign/src/cli/a.ts', "import { b } from '../server/b.ts';"],
    ['apps/countersign/src/surprise/a.ts', 'export const one = 1;'],
    ['apps/countersign/src/ingest/a.test.ts', "import { b } from '../detection/b.ts';"],
  ],
  good: [
    ['apps/countersign/src/reports/a.ts', "import type { B } from '../store/b.ts';"],
    ['apps/countersign/src/ingest/a.test.ts', "import { b } from '../store/b.ts';"],
    ['apps/countersign/src/ingest/a.test.ts', "import { b } from '../../../../tools/b.ts';"],
    ['apps/countersign/src/cli/a.ts', "import { b } from '../operations/b.ts';"],
  ],
});

testRule('finds a package where only node: modules are wanted', nodeOnly, {
  bad: [
    ['packages/core/src/a.ts', "import fc from 'fast-check';"],
    ['packages/ledger/src/a.ts', "import { createHash } from 'crypto';"],
  ],
  good: [
    ['packages/ledger/src/a.ts', "import { hash } from 'node:crypto';"],
    ['packages/ledger/src/a.ts', "import { hash } from '@countersign/tlog';"],
    ['packages/ledger/src/a.test.ts', "import fc from 'fast-check';"],
    ['packages/m365/src/a.ts', "import yauzl from 'yauzl';"],
  ],
});

testRule('finds a file that is too long', fileLength, {
  bad: [['packages/core/src/a.ts', filler(401)]],
  good: [
    ['packages/core/src/a.ts', filler(400)],
    ['packages/core/src/a.ts', `import { a } from './a.ts';\n${filler(400)}`],
    ['README.md', 'line\n'.repeat(900)],
  ],
});

testRule('finds a line that is too long', lineLength, {
  bad: [['packages/core/src/a.ts', `// ${'x'.repeat(98)}\n`]],
  good: [
    ['packages/core/src/a.ts', `// ${'x'.repeat(97)}\n`],
    ['packages/core/src/a.ts', `import { a } from '../${'x'.repeat(97)}.ts';\n`],
    ['packages/core/src/a.ts', `// ${'😀'.repeat(97)}\n`],
    ['README.md', 'x'.repeat(300)],
  ],
});

testRule('finds a function that is too long', functionLength, {
  bad: [
    ['packages/core/src/a.ts', `export function long(): void {\n${filler(69)}}\n`],
    [
      'packages/core/src/a.ts',
      `const long = async (a: string): Promise<void> => {\n${filler(69)}};\n`,
    ],
    [
      'packages/core/src/a.ts',
      `class A {\n  static async long(a = '}'): Promise<void> {\n${filler(69)}}\n}\n`,
    ],
    ['packages/core/src/a.test.ts', `test('does it all {', () => {\n${filler(69)}});\n`],
  ],
  good: [
    ['packages/core/src/a.ts', `export function short(): void {\n${filler(68)}}\n`],
    ['packages/core/src/a.ts', `export const TABLE = {\n${filler(200)}};\n`],
    ['packages/core/src/a.ts', `class A {\n  one() {}\n${filler(200)}}\n`],
    ['packages/core/src/a.ts', `export type T = {\n${filler(200)}};\n`],
    ['packages/core/src/a.test.ts', `describe('all of it', () => {\n${filler(200)}});\n`],
  ],
});

testRule('finds what is banned', bannedCalls, {
  bad: [
    ['apps/countersign/src/cli/a.ts', 'process.exit(1);'],
    ['apps/countersign/src/store/a.ts', "console.log('here');"],
    ['packages/ledger/src/a.ts', 'const now = Date.now();'],
    ['test/a.test.ts', 'const now = new Date();'],
    ['packages/ledger/src/a.ts', 'const r = Math.random();'],
    ['packages/core/src/a.ts', 'let a: any;'],
    ['packages/core/src/a.ts', 'const a = b as any;'],
    ['packages/core/src/a.ts', 'const a: Map<string, any> = b;'],
    ['packages/core/src/a.ts', 'let a: string | any;'],
    ['packages/core/src/a.ts', 'const a = b as unknown as C;'],
    ['packages/core/src/a.ts', 'export default class A {}'],
    ['packages/core/src/a.ts', 'const a = `${Date.now()}`;'],
    ['packages/emulator/src/a.test.ts', 'beforeEach(async () => {});'],
  ],
  good: [
    ['test/a.test.ts', 'after(() => {});'],
    ['apps/countersign/src/cli/a.ts', "console.log('here');"],
    ['packages/core/src/clock.ts', 'const now = Date.now();'],
    ['packages/core/src/system-random.ts', 'const now = Date.now();'],
    ['bench/a.ts', 'const r = Math.random();'],
    ['packages/core/src/a.ts', 'const date = new Date(ms);'],
    ['packages/core/src/a.ts', "import { all, any, not } from './answer.ts';"],
    ['packages/core/src/a.ts', "import { any as anyOf } from './answer.ts';"],
    ['packages/core/src/a.ts', 'const a = isAll ? all(b) : any(b);'],
    ['packages/core/src/a.ts', "// never process.exit(1)\nconst a = 'process.exit(1)';"],
    ['packages/core/src/a.ts', 'const a = /Date.now/.test(b);'],
    ['packages/core/src/a.ts', 'const a = `process.exit(1)`;'],
  ],
});

testRule('finds a TODO that names no issue', datedComments, {
  bad: [
    ['packages/core/src/a.ts', '// TODO: later'],
    ['packages/core/src/a.ts', '/* TODO (me) */'],
    ['packages/core/src/a.ts', '// FIXME'],
  ],
  good: [
    ['packages/core/src/a.ts', '// TODO(#12): read the second form'],
    ['packages/core/src/a.ts', "const a = 'TODO';"],
  ],
});

testRule('finds tests that are left out', leftOverTests, {
  bad: [
    ['packages/core/src/a.test.ts', "test.only('a', () => {});"],
    ['packages/core/src/a.test.ts', "test('a', { only: true }, () => {});"],
    ['packages/core/src/a.test.ts', "test.skip('a', () => {});"],
    ['packages/core/src/a.test.ts', "test('a', { skip: true }, () => {});"],
    ['packages/core/src/a.test.ts', 't.skip();'],
  ],
  good: [
    ['packages/core/src/a.test.ts', "test('a', { skip: 'needs the captures' }, () => {});"],
    ['packages/core/src/a.test.ts', "t.skip('needs the captures');"],
    [
      'packages/core/src/a.test.ts',
      "test('a', { skip: isMissing ? 'needs them' : false }, () => {});",
    ],
  ],
});

testRule('finds CRLF', lineFeedsOnly, {
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
    ['packages/core/src/limits.ts', 'export const DEPTH_MAX = 200;'],
    [
      'packages/core/src/limits.ts',
      '/** Why. */\nexport const A = 1;\nexport const B: number = 2;',
    ],
    ['packages/core/src/other.ts', 'const DEPTH_MAX = 200;'],
  ],
  good: [
    [
      'packages/core/src/limits.ts',
      '/** Real records stay below 20. */\nexport const DEPTH_MAX = 200;',
    ],
    [
      'packages/core/src/limits.ts',
      '// Real records stay below 20.\nexport const DEPTH_MAX = 200;',
    ],
    ['packages/core/src/limits.ts', 'const HOUR_MS = 3_600_000;'],
    ['packages/core/src/other.ts', '/** Real records stay below 20. */\nconst DEPTH_MAX = 200;'],
    ['packages/core/src/other.ts', 'const WIDTH = 200;'],
    ['packages/core/src/other.test.ts', 'const DEPTH_MAX = 200;'],
  ],
});

test('finds an undocumented or unpinned dependency', () => {
  const manifest = sourceOf(
    'package.json',
    '{"dependencies": {"a": "1.2.3"}, "devDependencies": {"b": "1.2.3", "c": "^1.2.3"}}',
  );
  const document = sourceOf('DEPENDENCIES.md', '| `a` | `c` |');
  const found = dependencies(manifest, document).map((breach) => breach.what.slice(0, 1));
  assert.deepEqual(found, ['b', 'c']);
  assert.equal(dependencies(manifest, undefined).length, 3);
});

test('separates code from comments and literals, position by position', () => {
  const text = 'a = "x" + b; // c\nd = `e${f("}")}g` / h; /* i */ j = /k["]/.test(l);\n';
  const { code, comments } = blank(text);
  assert.equal(code, 'a = " " + b;     \nd = ` ${f(" ")} ` / h;         j = /    /.test(l);\n');
  assert.equal(comments.replaceAll(' ', ''), '//c\n/*i*/\n');
  assert.equal(comments.length, text.length);
});

testRule('finds a word that the glossary replaced', retiredWords, {
  bad: [
    ['packages/core/src/a.ts', 'const parkedItems = 1;'],
    ['packages/core/src/a.ts', 'const LANES_MAX = 1;'],
    ['packages/core/src/a.ts', 'const doorPowerShell = 1;'],
    ['apps/countersign/src/detection/watch.ts', 'const run = 1;'],
    ['test/support/told.ts', 'const change = 1;'],
    ['packages/core/src/a.ts', 'const isNormalised = true;'],
  ],
  good: [
    ['packages/core/src/a.ts', 'const quarantinedItems = 1;'],
    ['packages/core/src/a.ts', 'const isNormalized = true;'],
    ['packages/core/src/a.ts', 'const exchangePowerShell = 1;'],
    ['packages/core/src/a.ts', "if (stream.writableNeedDrain) await once(stream, 'drain');"],
    ['packages/core/src/a.ts', '// A door that stays in prose is found by another rule.'],
  ],
});

testRule('finds a type that is a participle', participleTypes, {
  bad: [
    ['packages/core/src/a.ts', 'export type Asked = { readonly id: string };'],
    ['packages/core/src/a.ts', 'class Told {}'],
    ['packages/core/src/a.ts', 'interface Merged {}'],
  ],
  good: [
    ['packages/core/src/a.ts', 'export type QueryRequest = { readonly id: string };'],
    ['packages/core/src/a.ts', 'type Bound = { readonly value: number };'],
    ['packages/core/src/a.ts', 'class Feed {}'],
    ['packages/core/src/a.ts', 'class MergedRow {}'],
  ],
});

testRule('finds riddles and British spellings in text that people read', plainProse, {
  bad: [
    ['apps/countersign/src/a.ts', "const text = 'it names nobody';"],
    ['apps/countersign/src/a.ts', 'const text = `${who} is let in by whoever asks`;'],
    ['packages/core/src/a.ts', 'const text = "the door, behind which it stands";'],
    ['packages/core/src/a.ts', "const text = 'without authorisation';"],
    ['content/sigma/rules/a.yml', 'description: "What came of it is not known."'],
    ['content/policies/a.cedar', '@sentence("The behaviour is known.")'],
    ['apps/countersign/src/a.ts', '// Whoever asks gets no answer.\nconst x = 1;'],
    ['test/a.test.ts', '/** The behaviour of a door. */\nconst x = 1;'],
    ['packages/core/src/a.ts', "const text = `it couldn't be read`;"],
    ['apps/countersign/src/a.ts', "const text = 'it isn\\'t there';"],
    ['packages/core/README.md', 'What became of it is unknown.'],
    ['content/config/a.yaml', 'licences: [E3]\n# Nobody reads this.'],
    ['docs/how-to/a.md', 'Somebody has to do it.'],
    ['README.md', 'The colour of the page.'],
  ],
  good: [
    ['apps/countersign/src/a.ts', "// The caller can't answer `nobody`.\nconst nobody = 1;"],
    ['docs/how-to/a.md', "You can't undo it."],
    ['apps/countersign/src/a.ts', "import { normalise } from './normalise.ts';"],
    ['apps/countersign/src/a.ts', "const code = 'nobody-named';\nconst cause = 'authorisation';"],
    ['apps/countersign/src/a.ts', 'const text = `${colour} is a color`;'],
    ['apps/countersign/src/a.test.ts', "test('somebody comes', () => {});"],
    ['content/config/a.yaml', 'licences: [E3]\n# The reader edits this.'],
    ['docs/glossary.md', 'Not whoever, but the caller.'],
    ['CHANGELOG.md', 'Before, nobody knew.'],
  ],
});
