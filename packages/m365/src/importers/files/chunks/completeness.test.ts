import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Completeness, PageTally } from './completeness.ts';

type Page = readonly [resultIndex: number, resultCount: number];

function conclude(
  pages: readonly Page[],
  records = 7,
  completeness: Completeness[] = [],
): string[] {
  const tally = new PageTally();
  for (const [resultIndex, resultCount] of pages) tally.add(resultIndex, resultCount);
  return tally.conclude({ completeness, records }).map(({ kind, detail }) => `${kind}: ${detail}`);
}

function query(resultCount: number): Page[] {
  return Array.from({ length: resultCount }, (_, i) => [i + 1, resultCount]);
}

test('a query with all its results is complete, in any order', () => {
  const whole = ['whole: all 30 results that the search announced are here'];
  assert.deepEqual(conclude(query(30).reverse()), whole);
});

test('distinguishes several queries in one file by their count, or by repetition', () => {
  assert.match(conclude([...query(30), ...query(12)])[0] ?? '', /^whole: all 42 /);
  assert.match(conclude([...query(30), ...query(30)])[0] ?? '', /^whole: all 60 /);
});

test('counts missing results at the end and in between', () => {
  assert.match(conclude(query(30).slice(0, 20))[0] ?? '', /^cut-off: 10 of 30 results/);
  assert.match(conclude(query(30).filter(([i]) => i !== 7))[0] ?? '', /^cut-off: 1 of 30 results/);
  const twice = [...query(30), ...query(30).slice(0, 5)];
  assert.match(conclude(twice)[0] ?? '', /^cut-off: 25 of 60 results/);
});

test('reports a search that timed out', () => {
  assert.match(conclude([[-1, 0], [-1, 0], ...query(3)])[0] ?? '', /^timeout: .* failed 2 times/);
});

test('reports row counts at which tools stop', () => {
  for (const records of [100, 5_000, 50_000]) {
    assert.match(conclude([], records)[0] ?? '', /^at-limit: exactly /);
  }
  assert.match(conclude([], 5_001)[0] ?? '', /^nothing-said: /);
});

test('keeps each other statement of the file once', () => {
  const completeness: Completeness = { kind: 'more-pages', detail: 'more' };
  assert.deepEqual(conclude([], 7, [completeness, completeness]), ['more-pages: more']);
});

test('numbers that are not result counts are ignored, and cost no memory', () => {
  const nonsense: Page[] = [
    [5, 3],
    [0, 9],
    [1, 2_000_000_000],
    [-7, 4],
  ];
  assert.match(conclude(nonsense)[0] ?? '', /^nothing-said: /);
  const many: Page[] = Array.from({ length: 200 }, (_, i) => [1, 900_000 + i]);
  assert.match(conclude(many)[0] ?? '', /^nothing-said: /);
});
