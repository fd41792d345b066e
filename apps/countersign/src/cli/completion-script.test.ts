import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { Command as Parser } from 'commander';
import { COMMANDS } from './commands/index.ts';
import { completionScript } from './completion-script.ts';
import { declareGlobals } from './global-options.ts';

const program = declareGlobals(new Parser('countersign'));
for (const { load } of COMMANDS) (await load())(program, () => async () => undefined);

for (const { words, offers } of [
  { words: ['ledger', 'ho'], offers: 'hold' },
  { words: ['ledger', 'hold', '--rel'], offers: '--release' },
  { words: ['passkeys', 'list', '--js'], offers: '--json' },
  {
    words: ['findings', 'mark', 'x', '--status', ''],
    offers: 'new in-progress suppressed resolved',
  },
]) {
  test(`bash completes "${words.join(' ')}"`, () => {
    const line = ['countersign', ...words].map((word) => `"${word}"`).join(' ');
    const script =
      `${completionScript('bash', program)}\n` +
      `COMP_WORDS=(${line}); COMP_CWORD=${words.length}; _countersign; echo "\${COMPREPLY[@]}"`;
    assert.equal(execFileSync('bash', ['-c', script], { encoding: 'utf8' }).trim(), offers);
  });
}

test('fish knows each command and the choices of its flags', () => {
  const script = completionScript('fish', program);
  assert.match(script, /__countersign_at 'ledger'" -f -a hold -d/);
  assert.match(script, /'findings mark'" -l status -x -a "new in-progress suppressed resolved"/);
});
