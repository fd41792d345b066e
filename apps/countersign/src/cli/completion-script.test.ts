import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Command as Parser } from 'commander';
import { COMMANDS } from './commands/index.ts';
import { completionScript, SHELLS, type Shell } from './completion-script.ts';
import { declareGlobals } from './global-options.ts';

/** A shell that waits for a key is killed. */
const SHELL_TIMEOUT_MS = 60_000;

const folder = mkdtempSync(join(tmpdir(), 'countersign-completion-'));
after(() => rmSync(folder, { recursive: true }));
const program = declareGlobals(new Parser('countersign'));
for (const { load } of COMMANDS) (await load())(program, () => async () => undefined);
for (const shell of SHELLS) {
  writeFileSync(join(folder, `countersign.${shell}`), completionScript(shell, program));
}

/** What each shell offers for the last word of each line: the offers of a line on one line. */
const PROGRAMS: Readonly<Record<Shell, string>> = {
  bash: `source "$1"; shift
    complete -p countersign >/dev/null || exit 1
    for line; do
      read -ra COMP_WORDS <<<"$line"
      case "$line" in *" ") COMP_WORDS+=("");; esac
      COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))
      _countersign
      echo "\${COMPREPLY[@]}"
    done`,
  // An interactive shell on a terminal of its own: keys go in, and the completed line comes out.
  zsh: `zmodload zsh/zpty
    zpty shell zsh -f -i
    setup=(
      "PS1= PS2= RPS1=; unsetopt zle_bracketed_paste beep; stty -echo"
      "autoload -U compinit && compinit -u -D; source \${(q)1}"
      'show() { print -r -- "<$BUFFER>"; zle send-break }'
      "zle -N show; bindkey '^X' show; bindkey '^I' complete-word"
      "print -r -- '<rea''dy>'"
    )
    zpty -w shell \${(F)setup}
    zpty -r shell out '*<ready>*'
    shift
    for line; do
      zpty -w -n shell "$line"$'\\t\\x18'
      zpty -r shell out '*<countersign*>*'
      print -r -- \${\${=\${out##*<}%>*}[-1]}
    done`,
  fish: `source $argv[1]
    for line in $argv[2..-1]
      echo (complete -C "$line" | string replace -r '\\t.*' '')
    end`,
};

const LINES: ReadonlyMap<string, string> = new Map([
  ['countersign ledger ho', 'hold'],
  ['countersign ledger hold --rel', '--release'],
  ['countersign --json ledger hold --rel', '--release'],
  ['countersign passkeys list --js', '--json'],
  ['countersign findings mark x --status sup', 'suppressed'],
  ['countersign statement x --format ht', 'html'],
  ['countersign out --tai', '--tainted'],
]);
/** zsh inserts a completion only where there is one. */
const CHOICES: ReadonlyMap<string, string> = new Map([
  ['countersign findings mark x --status ', 'in-progress new resolved suppressed'],
]);

for (const shell of SHELLS) {
  const isInstalled = spawnSync(shell, ['-c', 'exit']).error === undefined;
  const skip = !isInstalled && `${shell} is not installed: apt-get install ${shell}`;
  test(`${shell} completes commands, flags and choices`, { skip }, () => {
    const expected = shell === 'zsh' ? LINES : new Map([...LINES, ...CHOICES]);
    const lines = [...expected.keys()];
    const script = join(folder, `countersign.${shell}`);
    const name = shell === 'fish' ? [] : [shell];
    const out = execFileSync(shell, ['-c', PROGRAMS[shell], ...name, script, ...lines], {
      ...{ encoding: 'utf8', timeout: SHELL_TIMEOUT_MS, cwd: folder },
      env: { ...process.env, HOME: folder },
    });
    const offers = out.trimEnd().split('\n');
    const sorted = offers.map((text) => text.trim().split(' ').sort().join(' '));
    assert.deepEqual(new Map(lines.map((line, at) => [line, sorted[at]])), expected);
  });
}
