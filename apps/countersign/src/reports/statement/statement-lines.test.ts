import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hostileStatement } from '../testing/statement.ts';
import { statementLines } from './statement-lines.ts';

test('no line is wider than the terminal, and none controls it', () => {
  for (const width of [40, 80, 200]) {
    for (const line of statementLines(hostileStatement(), width)) {
      assert.ok(line.length <= width, `${line.length} of ${width}: ${line}`);
      assert.doesNotMatch(line, /[\p{Cc}\u202e]/u);
    }
  }
});

test('wrapping loses no text', () => {
  const words = (width: number): string =>
    [...statementLines(hostileStatement(), width)].join('').replaceAll(' ', '');
  assert.equal(words(40), words(10_000));
});

test('the lines state the balance, the coverage and every action with its entry', () => {
  const text = [...statementLines(hostileStatement(), 10_000)].join('\n');
  assert.match(text, /^Actions +2: 0 accounted, 0 unaccounted, 2 cannot tell$/m);
  assert.match(text, /^Complete +Cannot tell, because 2 more events stand under a name/m);
  assert.match(text, /3 items, recording throttled for 24 h from here · failed .*#1$/m);
  assert.match(text, /a whole folder, contents not known, 12 bytes · failed .*#2$/m);
  assert.match(text, /^Unaccounted +None is known; for 2 actions, cannot tell\./m);
});
