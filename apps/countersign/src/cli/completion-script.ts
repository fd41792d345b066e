import type { Command as Parser } from 'commander';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

const ZSH = '#compdef countersign\nautoload -U +X bashcompinit && bashcompinit\n';

/** What may follow one command; `path` is empty for the program itself. */
type Completion = {
  readonly path: string;
  readonly subcommands: readonly { readonly name: string; readonly summary: string }[];
  readonly flags: readonly {
    readonly flag: string;
    readonly summary: string;
    readonly choices: readonly string[];
  }[];
};

/** A script that completes commands, flags and the choices of a flag. */
export function completionScript(shell: Shell, program: Parser): string {
  const completions = completionsOf(program, '', flagsOf(program));
  switch (shell) {
    case 'bash':
      return bashScript(completions);
    case 'zsh':
      return `${ZSH}${bashScript(completions)}`;
    case 'fish':
      return fishScript(completions);
  }
}

function completionsOf(
  command: Parser,
  path: string,
  inherited: Completion['flags'],
): readonly Completion[] {
  const visible = command.createHelp().visibleCommands(command);
  const below = visible.filter((each) => each.name() !== 'help');
  const own: Completion = {
    path,
    subcommands: below.map((each) => ({ name: each.name(), summary: each.summary() })),
    flags: path === '' ? inherited : [...flagsOf(command), ...inherited],
  };
  const join = (name: string): string => (path === '' ? name : `${path} ${name}`);
  const deeper = below.flatMap((each) =>
    [each.name(), ...each.aliases()].flatMap((name) => completionsOf(each, join(name), inherited)),
  );
  return [own, ...deeper];
}

function flagsOf(command: Parser): Completion['flags'] {
  return command.options
    .filter(({ hidden, long }) => !hidden && long !== undefined)
    .map(({ long, description, argChoices }) => ({
      flag: long ?? '',
      summary: description,
      choices: argChoices ?? [],
    }));
}

function bashScript(completions: readonly Completion[]): string {
  const words = completions.map(({ path, subcommands, flags }) => {
    const all = [...subcommands.map(({ name }) => name), ...flags.map(({ flag }) => flag)];
    return `    "${path}") echo "${all.join(' ')}";;`;
  });
  const values = completions.flatMap(({ path, flags }) =>
    flags
      .filter(({ choices }) => choices.length > 0)
      .map(({ flag, choices }) => `    "${path} ${flag}") echo "${choices.join(' ')}";;`),
  );
  return `_countersign_words() {
  case "$1" in
${words.join('\n')}
    *) return 1;;
  esac
}
_countersign_values() {
  case "$1 $2" in
${values.join('\n')}
  esac
}
_countersign() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}"
  local path="" word at values
  for ((at = 1; at < COMP_CWORD; at++)); do
    word="\${COMP_WORDS[at]}"
    case "$word" in -*) continue;; esac
    word="\${path:+$path }$word"
    if _countersign_words "$word" >/dev/null; then path="$word"; fi
  done
  values="$(_countersign_values "$path" "$previous")"
  COMPREPLY=($(compgen -W "\${values:-$(_countersign_words "$path")}" -- "$current"))
}
complete -o default -F _countersign countersign
`;
}

function fishScript(completions: readonly Completion[]): string {
  const lines = completions.flatMap(({ path, subcommands, flags }) => {
    const condition = `-n "__countersign_at '${path}'"`;
    return [
      ...subcommands.map(
        ({ name, summary }) =>
          `complete -c countersign ${condition} -f -a ${name} -d ${fishText(summary)}`,
      ),
      ...flags.map(({ flag, summary, choices }) => {
        const values = choices.length === 0 ? '' : ` -x -a "${choices.join(' ')}"`;
        const name = flag.replace(/^--/, '');
        return `complete -c countersign ${condition} -l ${name}${values} -d ${fishText(summary)}`;
      }),
    ];
  });
  const paths = completions.map(({ path }) => `'${path}'`).join(' ');
  return [
    `set -g __countersign_paths ${paths}`,
    'function __countersign_at',
    "  set -l path ''",
    '  for word in (commandline -opc)[2..-1]',
    '    set -l next (string trim "$path $word")',
    '    contains -- $next $__countersign_paths; and set path $next',
    '  end',
    '  test "$path" = "$argv[1]"',
    'end',
    ...lines,
    '',
  ].join('\n');
}

function fishText(text: string): string {
  return `'${text.replaceAll("'", "\\'")}'`;
}
