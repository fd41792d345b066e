import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { PACKAGES } from './layers.ts';
import { bannedCalls, datedComments, leftOverTests } from './tidy/bans.ts';
import { appOrder, nodeOnly, packageEdges, packageWalls } from './tidy/imports.ts';
import { participleTypes, retiredWords } from './tidy/names.ts';
import { plainProse } from './tidy/prose.ts';
import { fileLength, functionLength, lineLength } from './tidy/sizes.ts';
import { type Breach, type Rule, readTree } from './tidy/source.ts';
import { importCycles, largeFolders } from './tidy/structure.ts';
import { dependencies, explainedLimits, lineFeedsOnly, strayWords } from './tidy/texts.ts';

/** Fewer files than this mean that the file search is broken, not that the tree is tidy. */
const FILES_SEEN_MIN = 100;

const tree = readTree(join(import.meta.dirname, '..'));

function assertNone(breaches: readonly Breach[]): void {
  const lines = breaches.map((b) => `${b.path}:${b.line}: ${b.what}`);
  assert.equal(lines.length, 0, `${lines.length} breaches:\n${lines.join('\n')}`);
}

test('the tidy test read the tree, its tests and its documents', () => {
  const paths = tree.map((source) => source.path);
  assert.ok(paths.length > FILES_SEEN_MIN, `only ${paths.length} files were seen`);
  for (const path of [
    ...['packages/core/src/answer.ts', 'apps/countersign/bin/countersign'],
    ...['package.json', 'README.md'],
  ]) {
    assert.ok(paths.includes(path), `${path} was not seen`);
  }
  assert.ok(!paths.some((path) => path.includes('node_modules')));
});

const RULES: readonly [string, Rule][] = [
  ['packages import what they may', packageEdges],
  ['no path leads into a package or out of one', packageWalls],
  ['folders of the product import what they may', appOrder],
  ['core, tlog and ledger need Node alone', nodeOnly],
  ['files are short', fileLength],
  ['lines are short', lineLength],
  ['functions are short', functionLength],
  ['nothing banned is used', bannedCalls],
  ['every TODO names its issue', datedComments],
  ['no test is left out without a reason', leftOverTests],
  ['lines end in LF', lineFeedsOnly],
  ['no stray words', strayWords],
  ['every limit says why', explainedLimits],
  ['names use the words of the glossary', retiredWords],
  ['types are nouns', participleTypes],
  ['prose is plain American English', plainProse],
];

for (const [name, rule] of RULES) {
  test(name, () => assertNone(tree.flatMap((source) => rule(source))));
}

test('no files import each other in a cycle, types included', () => assertNone(importCycles(tree)));

test('no folder holds more files than its limit', () => assertNone(largeFolders(tree)));

test('every dependency is pinned and documented', () => {
  const document = tree.find(({ path }) => path === 'DEPENDENCIES.md');
  const manifests = tree.filter(({ path }) => /(?:^|\/)package\.json$/.test(path));
  const named = manifests.filter(({ text }) => text.includes('"name"'));
  assert.ok(named.length > PACKAGES.size);
  assertNone(named.flatMap((manifest) => dependencies(manifest, document)));
});
