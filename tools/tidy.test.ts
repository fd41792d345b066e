import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { bannedCalls, datedComments, leftOverTests } from './tidy/bans.ts';
import { emulatorApart, folderDoors, importOrder, nodeOnly } from './tidy/imports.ts';
import { fileLength, functionLength, lineLength } from './tidy/sizes.ts';
import { type Breach, type Rule, readTree, type Source } from './tidy/source.ts';
import { dependencies, explainedLimits, lineEndings, strayWords } from './tidy/texts.ts';

/** Fewer files than this means that the reader of the tree is broken, not that the tree is tidy. */
const FILES_SEEN_MIN = 100;

const tree = readTree(join(import.meta.dirname, '..'));

function assertNone(breaches: readonly Breach[]): void {
  const lines = breaches.map((b) => `${b.path}:${b.line}: ${b.what}`);
  assert.equal(lines.length, 0, `${lines.length} breaches:\n${lines.join('\n')}`);
}

test('the tidy test saw the tree, its tests and its documents', () => {
  const paths = tree.map((source) => source.path);
  assert.ok(paths.length > FILES_SEEN_MIN, `only ${paths.length} files were seen`);
  for (const path of ['src/core/answer.ts', 'bin/countersign', 'package.json', 'README.md']) {
    assert.ok(paths.includes(path), `${path} was not seen`);
  }
  assert.ok(!paths.some((path) => path.includes('node_modules')));
});

const RULES: readonly [string, Rule][] = [
  ['imports follow the order of the layers', importOrder],
  ["imports go through a folder's door", folderDoors],
  ['the emulator imports nothing of the program', emulatorApart],
  ['core and ledger need Node alone', nodeOnly],
  ['files are short', fileLength],
  ['lines are short', lineLength],
  ['functions are short', functionLength],
  ['nothing banned is used', bannedCalls],
  ['every TODO names its issue', datedComments],
  ['no test is left out without a reason', leftOverTests],
  ['lines end in LF', lineEndings],
  ['no stray words', strayWords],
  ['every limit says why', explainedLimits],
];

for (const [name, rule] of RULES) {
  test(name, () => assertNone(tree.flatMap((source) => rule(source))));
}

test('every dependency is pinned and accounted for', () => {
  const find = (path: string): Source | undefined => tree.find((source) => source.path === path);
  const manifest = find('package.json');
  assert.ok(manifest !== undefined);
  assertNone(dependencies(manifest, find('DEPENDENCIES.md')));
});
