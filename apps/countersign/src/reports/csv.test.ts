import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'csv-parse/sync';
import { csvLine } from './csv.ts';

const FORMULAS: readonly string[] = [
  '=HYPERLINK("http://evil.example","open")',
  "=cmd|' /C calc'!A0",
  '+1+1',
  '-2+3',
  '-5',
  '@SUM(A1)',
  '\t=1+1',
  '\r=1+1',
  '\n=1+1',
  '＝1+1',
  '＠SUM(A1)',
  '=1";=2',
  '=1\r\n=2,=3',
];

test('prefixes only formula-like text with an apostrophe', () => {
  const harmless = ['', 'a=b', ' =1', '2024-03-05T00:00:00Z', '"=1"', "'=1", 'a\r\n=1'];
  for (const text of [...FORMULAS, ...harmless]) {
    const [[cell, next]] = parse(csvLine([text, 'x'])) as [[string, string]];
    assert.equal(cell, harmless.includes(text) ? text : `'${text}`);
    assert.equal(next, 'x');
  }
});

test('keeps numbers, and numeric text of a numeric column, as numbers', () => {
  assert.equal(csvLine([-5, -0.5, true, null]), '-5,-0.5,true,\r\n');
  const huge = '-170141183460469231731687303715884105728';
  assert.equal(csvLine([huge, huge], new Set([1])), `'${huge},${huge}\r\n`);
  assert.equal(csvLine(['-1+cmd|calc'], new Set([0])), "'-1+cmd|calc\r\n");
});

test('writes lists and objects as quoted JSON', () => {
  assert.equal(csvLine([[1, '=2'], { a: 1 }]), '"[1,""=2""]","{""a"":1}"\r\n');
});
